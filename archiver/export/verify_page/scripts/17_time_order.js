// Times that do not fit their neighbours or the stamps are notes with the records' numbers; they are no findings.

const BACK_SECONDS = 2 * 60;
const NUMBERS_SHOWN = 3;

class TimeOrder {
  constructor(verification) {
    this.verification = verification;
    this.back = [];
    this.before = "";
    this.latest = new Map();
  }

  add(entry, seal) {
    const at = asText(entry.observed_at);
    if (entry.reply !== null && entry.clock !== entry.observed_at) {
      if (at < this.before && secondsAfter(this.before, at) > BACK_SECONDS) this.back.push(entry.seq);
      this.before = at;
    }
    if (seal !== null && at > (this.latest.get(seal) || [""])[0]) this.latest.set(seal, [at, entry.seq]);
  }

  close(stampedAt) {
    this.note(this.back, (n) => ngettext("{count} record is dated more than 2 minutes before the reply before it: {numbers}", "{count} records are dated more than 2 minutes before the reply before them: {numbers}", n));
    const ahead = [];
    for (const [seal, [at, seq]] of [...this.latest].sort((a, b) => a[0] - b[0])) {
      if (secondsAfter(at, stampedAt(seal)) > CLOCK_TOLERANCE_SECONDS) ahead.push(seq);
    }
    this.note(ahead, (n) => ngettext("{count} seal holds a record that is dated more than 15 minutes after its first time stamp, as a computer's clock that was ahead dates it: {numbers}", "{count} seals hold records that are dated more than 15 minutes after their first time stamps, as a computer's clock that was ahead dates them: {numbers}", n));
  }

  note(seqs, text) {
    if (!seqs.length) return;
    const numbers = seqs.slice(0, NUMBERS_SHOWN).join(", ") + (seqs.length > NUMBERS_SHOWN ? " …" : "");
    this.verification.addNote(fill(text(seqs.length), { count: seqs.length, numbers }));
  }
}

function secondsAfter(later, earlier) {
  const end = unixSeconds(later), begin = unixSeconds(earlier);
  return end === null || begin === null ? 0 : end - begin;
}
