// mostSent bounds what is sent through a kernel, in characters: Jupyter's servers
// end a connection with a message of 10 MB.
const mostSent = 5_000_000;

// saveCell is the cell by which the kernel saves: the program that is the kernel,
// with a line that says where, and the file, on its standard input. It is ASCII, so
// that no program on the way can take it for something else.
function saveCell({ path, hash, classes }, csv) {
  const head = JSON.stringify({ path, base: hash, classes }).replace(/[\u007f-\uffff]/g, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  return "%%script puncta kernel save-points\n" + head + "\n" + csv.replace(/\n$/, ""); // the kernel adds the last line break
}

// Saver saves a file through the kernel, one version after the other, or downloads
// it where that cannot be. It says how that went.
class Saver {
  // target is { kernel, path, hash, classes, fileName }. told is called with
  // { state, text, version, overwrite } after every step:
  //   pending  the kernel has been asked
  //   saved    this version is in the file, or with somebody who has downloaded it
  //   failed   it is not; overwrite may be called where somebody else's file is in
  //            the way
  constructor(target, told) {
    this.target = { ...target };
    this.told = told;
    this.next = null; // what is to be saved after what is being saved
  }

  // live says whether there may be a kernel to save with.
  get live() { return !!(this.target.kernel && this.target.path && jupyterServer()); }

  // save saves a version. While one is on its way only the last one waits.
  async save(csv, version) {
    this.next = { csv, version };
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.next) {
        const { csv, version } = this.next;
        this.next = null;
        await this.saveOne(csv, version);
      }
    } finally {
      this.busy = false;
    }
  }

  async saveOne(csv, version) {
    const { path, kernel } = this.target;
    if (!path) return this.download(csv, version);
    const server = jupyterServer();
    if (!kernel || !server) return this.download(csv, version, "No Jupyter kernel here to save to " + path + " with.");
    if (csv.length > mostSent) return this.download(csv, version, "Too many points to send to the kernel.");
    this.told({ state: "pending", version, text: "Saving …" });
    let reply;
    try {
      reply = this.read(await askKernel(server, kernel, saveCell(this.target, csv), () =>
        this.told({ state: "pending", version, text: "The kernel runs a cell: the points are saved when that has ended. Download has them now." })));
    } catch (e) {
      if (!(e instanceof Unreachable)) throw e;
      return this.download(csv, version, e.message);
    }
    if (reply.saved) {
      this.target.hash = reply.hash;
      return this.told({ state: "saved", version, text: "Saved to " + path + "." });
    }
    const because = reply.error.replace(/\.?\s*$/, ".");
    if (!reply.changed) return this.told({ state: "failed", version, text: "Not saved: " + because });
    offer(csv, this.target.fileName);
    return this.told({ state: "failed", version, text: "Not saved, but downloaded: " + because, overwrite: () => {
      this.target.hash = reply.hash;
    } });
  }

  // read takes the answer out of what the kernel printed.
  read(printed) {
    const line = printed.split("\n").find(l => l.startsWith("{"));
    try {
      return JSON.parse(line);
    } catch {
      throw new Unreachable("The kernel does not know how to save points: install it anew with puncta kernel install.");
    }
  }

  // download gives the file to the reader, because of something or because that is
  // what is meant.
  download(csv, version, because = "") {
    offer(csv, this.target.fileName);
    this.told({ state: "saved", version, text: (because ? because + " The points were downloaded as " : "Downloaded as ") + this.target.fileName + "." });
  }
}

// offer has the browser download a file.
function offer(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = element("a", { href: address, download: name, hidden: "" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
