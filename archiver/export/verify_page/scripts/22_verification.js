// Verifies what was dropped: a folder, a zip, or a package for a platform's office with its zip beside it.

const DIGEST_LIST = "SHA256SUMS.txt";
const LIST_STAMP = /^SHA256SUMS\.txt\.[a-z0-9-]{1,20}\.tsr$/;
const isSubmission = (names) => names.includes(DIGEST_LIST);
const isKnownPackage = (names) => isPackage(names) || isSubmission(names);

// Verify a folder's files ([path, File]) or the zip among them; null if there is no package. `folderName` is the folder's own name.
async function verifyFolder(files, folderName, progress) {
  const folder = new PackageFolder(files);
  if (isKnownPackage(folder.names())) return verifyTree(new Verification(), folder, progress);
  const zips = files.filter(([path]) => !path.includes("/") && isZipName(path));
  const named = zips.find(([path]) => path === folderName + ".zip"), packed = named || (zips.length === 1 ? zips[0] : undefined);
  const verification = packed ? await verifyZip(packed[1], progress) : null;
  if (verification !== null && !named) verification.addNote(fill(_("Checked: {name}, which lies in this folder."), { name: packed[0] }));
  if (verification !== null) await compareLoose(verification, files, packed[1]);
  return verification;
}

// Verify a zip; a file that begins as a zip does is taken for one, however damaged. Null for any other file.
async function verifyZip(file, progress) {
  if (byteDecoder.decode(await bytesOf(file, 0, 2)) !== "PK") return null;
  const verification = new Verification();
  let directory;
  try {
    directory = await readDirectory(file);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    verification.addFinding("unreadable", file.name, fill(_("The zip cannot be read: {detail}"), { detail: error.message }));
    return verification;
  }
  const tree = new ZippedPackage(file, directory, verification);
  if (verification.ok && !isKnownPackage(tree.names())) return null;
  await addZipOddities(verification, file, directory);
  verification.addUnchecked("zip", _("Whether a zip hides bytes within its packed files and their fields, which no program shows."));
  await verifyTree(verification, tree, progress);
  return verification;
}

// Whether a file's name is a zip's, and not that of the file which macOS puts beside one on other systems' disks.
const isZipName = (name) => name.toLowerCase().endsWith(".zip") && !name.startsWith("._");

// The name as Windows or macOS take it: without the stream behind a colon and without dots and spaces at an end.
const plainName = (name) => name.normalize("NFC").toLowerCase().split("/").map((part) => part.split(":")[0].replace(/[. ]+$/, "") || part).join("/");

// Names that Windows or macOS take for one: they differ only in case, in the way an accent is written, or in such an end.
function findSimilarNames(verification, names) {
  const first = new Map();
  for (const name of names) {
    const alike = plainName(name), other = first.get(alike);
    if (other === undefined) first.set(alike, name);
    else verification.addFinding("unsafe", name, fill(_("Windows and macOS take its name for that of {other}: unpacked there, only one of them is left."), { other }));
  }
}

async function verifyTree(verification, tree, progress) {
  await leaveOutSystemFiles(verification, tree);
  findSimilarNames(verification, tree.names());
  if (isPackage(tree.names()) || !isSubmission(tree.names())) {
    await new PackageCheck(verification, tree, progress).verify();
    if (!verification.checked.entries && verification.ok) verification.addFinding("nothing", ENTRIES, _("The package holds no records, so there was nothing to check."));
  } else {
    await verifySubmission(verification, tree, progress);
  }
  verification.close();
  return verification;
}

// Check a package for a platform's office: its one list of digests, and that its stamps are over that list.
async function verifySubmission(verification, tree, progress) {
  const names = tree.names(), digests = new Map();
  for (const [index, name] of names.entries()) {
    if (name !== DIGEST_LIST && !LIST_STAMP.test(name)) digests.set(name, await digestOrFinding(verification, tree, name));
    await progress("files", index + 1, names.length);
  }
  verification.checked.files = digests.size;
  const read = (name) => readAll(tree, name, READ_LIMIT).catch((error) => {
    if (!(error instanceof UnreadableFile)) throw error;
    verification.addFinding("unreadable", name, fill(_("The file cannot be read: {detail}"), { detail: error.message }));
    return new Uint8Array();
  });
  const sums = await read(DIGEST_LIST);
  let listed;
  try {
    listed = parseManifest(sums);
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    verification.addFinding("manifest", DIGEST_LIST, fill(_("Line {line} does not belong in a list of hashes."), { line: error.line }));
    return;
  }
  for (const difference of compareManifest(listed, digests)) verification.addFinding("manifest", difference.path, differenceText(difference, DIGEST_LIST));
  for (const path of fittingPaths(listed, digests)) verification.fitting.add(path);
  for (const name of names.filter((one) => LIST_STAMP.test(one))) {
    verification.checked.stamps++;
    const claims = readReply(await read(name));
    if (!claims || claims.imprint !== sha256Hex(sums)) {
      verification.addFinding("stamp", name, _("The time stamp is not for these bytes."));
    } else {
      verification.unverifiedStamps++;
      verification.addStamped(name, null, name.split(".")[2], claims.time, null);
      verification.addNote(fill(_("Only the bytes of {name} were compared; its signature was not checked."), { name }));
    }
  }
  if (!digests.size && verification.ok) verification.addFinding("nothing", DIGEST_LIST, _("The package holds no files, so there was nothing to check."));
  if (verification.checked.stamps) verification.addNote(_("This package holds no root certificates, so the signatures of its time stamps were not checked."));
  verification.addUnchecked(DIGEST_LIST, fill(_("This package holds no records: the only check was that its files are those listed in {list}. The package for a lawyer can be compared with the records."), { list: DIGEST_LIST }));
}

// Check that each file beside a zip with the name of a file in it is the same file.
async function compareLoose(verification, files, packed) {
  let tree;
  try {
    tree = new ZippedPackage(packed, await readDirectory(packed), new Verification());
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return; // said already
  }
  const inside = new Map(tree.names().map((name) => [lastPart(name, "/"), name])), loose = new PackageFolder(files);
  const others = loose.names().filter((one) => !inside.has(one) && one !== packed.name).map((one) => one.split("/")[0]);
  for (const name of loose.names().filter((one) => inside.has(one))) {
    const digests = [await digestOrFinding(verification, tree, inside.get(name)), await digestOrFinding(verification, loose, name)];
    if (digests[0] !== digests[1]) verification.addFinding("manifest", name, fill(_("The file is not the one that {list} holds: its SHA-256 differs."), { list: packed.name }));
  }
  if (others.length) {
    const text = fill(_("{files}: these lie beside {list} and not in it; they were not looked at."), { files: [...new Set(others)].join(", "), list: packed.name });
    verification.addUnchecked("beside", text);
  }
}
