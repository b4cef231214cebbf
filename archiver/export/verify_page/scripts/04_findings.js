// The result of a verification: what was checked, what is wrong, what is worth knowing, what was not checked.

const FINDINGS_LIMIT = 1000;

class Verification {
  constructor() {
    this.checked = { entries: 0, seals: 0, stamps: 0, files: 0, messages: 0 };
    this.findings = [];
    this.notes = [];
    this.sources = []; // notes about data that did not come from Chatwork
    this.unchecked = [];
    this.counts = {};
    this.stamped = [];
    this.unverifiedStamps = 0;
    this.roots = [];
    this.fitting = new Set(); // the paths of files that are as a list of hashes names them
  }

  get ok() {
    return this.findings.length === 0;
  }

  // The times that are told; none of something that does not match, as it was not stamped as it is now.
  get times() {
    return this.ok ? toldTimes(this.stamped) : [];
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

  // Keep what a good stamp states. `root`: where its signature leads to; null: it could not be checked.
  addStamped(subject, seal, authority, time, root) {
    const stamped = unixSeconds(time), isAhead = stamped !== null && stamped > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS;
    this.stamped.push({ subject, seal, authority, time, root, known: root !== null && Object.hasOwn(KNOWN_ROOTS, root) ? KNOWN_ROOTS[root] : null, is_ahead: isAhead });
  }

  closingSentence() {
    const count = this.findings.length || this.unchecked.length;
    let sentence = _("No change was found.");
    if (this.findings.length) {
      sentence = this.counts["newer-format"] ? _("This version of the program cannot check all of it, as a newer one made it: check it with that one. Findings: {n}.") : ngettext("{n} thing does not match.", "{n} things do not match.", count);
    } else if (this.unchecked.length) {
      sentence = ngettext("No change was found in what was checked. This says nothing of the {n} thing that was not checked.", "No change was found in what was checked. This says nothing of the {n} things that were not checked.", count);
    }
    return fill(sentence, { n: count });
  }

  // Whether only files were held against their list, as of a package without records.
  isOfFilesAlone() {
    const { entries, seals, messages, files } = this.checked;
    return files > 0 && !(entries + seals + messages);
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

// What is told of the stamps: for each authority its stamp on the latest seal, and that on the package.
function toldTimes(stamped) {
  const latest = new Map();
  for (const one of stamped) {
    const place = JSON.stringify([one.seal === null, one.authority, one.root]), before = latest.get(place);
    if (before === undefined || (one.seal || 0) > (before.seal || 0)) latest.set(place, one);
  }
  const rank = (one) => [one.root === null, one.known === null, one.seal === null].map(Number).join("") + one.authority + " " + (one.root || "");
  return [...latest.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

// A stamped time as a sentence that names who says it.
function timeSentence(stamped) {
  let sentence = _("The time stamp of “{authority}” on the whole package states {time}. {who}");
  if (stamped.is_ahead) {
    sentence = _("{subject}: the time stamp of “{authority}” states {time}. That is later than the clock of this computer: one of the two is wrong. {who}");
  } else if (stamped.known !== null && stamped.seal !== null) {
    sentence = _("The records up to seal {seal} existed at {time}: so says the time stamp of “{authority}”. {who}");
  } else if (stamped.known !== null) {
    sentence = _("The whole package existed at {time}: so says the time stamp of “{authority}” over its list. {who}");
  } else if (stamped.seal !== null) {
    sentence = _("The time stamp of “{authority}” on seal {seal} states {time}. {who}");
  }
  const { subject, seal, authority } = stamped;
  return fill(sentence, { subject, seal, authority, time: timeInJapan(stamped.time), who: whoSaysIt(stamped) });
}

function whoSaysIt(stamped) {
  if (stamped.root === null) return _("Its signature was not checked, only that it is over these bytes: this check does not prove the time.");
  if (stamped.known !== null) return fill(_("It leads to the root certificate {root}, which this program knows."), { root: stamped.known });
  const sentence = _("Its root certificate (SHA-256 {root}) is none that this program knows. Anybody can make one of any name: compare it with what the authority publishes.");
  return fill(sentence, { root: stamped.root });
}

// A time of the archive as it is told in sentences: in Japan's own time, or as it stands if it is no time.
function timeInJapan(time) {
  const seconds = unixSeconds(time);
  if (seconds === null) return time;
  return fill(_("{time} (Japan time)"), { time: new Date((seconds + 9 * 3600) * 1000).toISOString().slice(0, 19).replace("T", " ") });
}
