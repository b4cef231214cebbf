// The result of a verification: what was checked, what is wrong, what is worth knowing, what was not checked.

const FINDINGS_LIMIT = 1000;

class Verification {
  constructor() {
    this.checked = { entries: 0, seals: 0, stamps: 0, files: 0, messages: 0 };
    this.findings = [];
    this.notes = [];
    this.unchecked = [];
    this.counts = {};
    this.stampedBySeal = new Map();
    this.ownStamps = [];
    this.unverifiedStamps = 0;
    this.roots = [];
  }

  get ok() {
    return this.findings.length === 0;
  }

  addFinding(check, subject, text) {
    this.counts[check] = (this.counts[check] || 0) + 1;
    if (this.counts[check] <= FINDINGS_LIMIT) this.findings.push({ check, subject, text });
  }

  addNote(text) {
    this.notes.push(text);
  }

  addUnchecked(subject, text) {
    this.unchecked.push({ subject, text });
  }

  closingSentence() {
    const count = this.findings.length || this.unchecked.length;
    let sentence = _("No change was found.");
    if (this.findings.length) {
      sentence = ngettext("{n} thing does not match.", "{n} things do not match.", count);
    } else if (this.unchecked.length) {
      sentence = ngettext("No change was found in what was checked. This says nothing of the {n} thing that was not checked.", "No change was found in what was checked. This says nothing of the {n} things that were not checked.", count);
    }
    return fill(sentence, { n: count });
  }

  close() {
    for (const [check, count] of Object.entries(this.counts)) {
      const unlisted = count - FINDINGS_LIMIT;
      if (unlisted > 0) {
        const text = fill(ngettext("{count} more of this kind.", "{count} more of this kind.", unlisted), { count: unlisted });
        this.findings.push({ check, subject: "…", text });
      }
    }
  }
}
