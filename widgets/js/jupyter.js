// The way from the page of a notebook to its kernel, as Jupyter's own pages have
// it: nothing is asked for until somebody saves.

// Unreachable says why no kernel could be asked, in a sentence.
class Unreachable extends Error {}

// jupyterServer is the server of this page: { base, socket, token }, addresses that
// end in a slash; null where there is none. JupyterLab and Notebook 7 say in an
// element of the page where it is, Notebook 6 in attributes of the body.
function jupyterServer() {
  let config = {};
  try {
    config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  } catch { /* another element of that name */ }
  const path = config.baseUrl || document.body.dataset.baseUrl;
  if (!path || !/^http/.test(location.protocol)) return null;
  const base = new URL(path, location.href);
  if (base.origin !== location.origin) return null;
  const socket = new URL(config.wsUrl || document.body.dataset.wsUrl || path, base);
  socket.protocol = base.protocol.replace("http", "ws");
  return { base: base.href, socket: socket.href, token: config.token || "" };
}

// random is an id for messages and sessions.
function random() { return Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, "0")).join(""); }

// askKernel has a kernel run a cell that does not appear in its notebook, and
// returns what the cell printed. waiting is called when other cells come first.
async function askKernel(server, id, code, waiting) {
  const path = "api/kernels/" + encodeURIComponent(id), session = random(), address = new URL(server.socket + path + "/channels");
  if (await kernelState(server, path) === "busy") waiting();
  address.searchParams.set("session_id", session);
  if (server.token) address.searchParams.set("token", server.token);
  const socket = new WebSocket(address);
  try {
    return await executed(socket, session, code, waiting, () => kernelState(server, path));
  } finally {
    socket.close();
  }
}

// kernelState is what the server knows of a kernel: "idle", "busy", "starting".
async function kernelState({ base, token }, path) {
  let answer;
  try {
    answer = await fetch(base + path, { headers: token ? { Authorization: "token " + token } : {}, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Unreachable("The Jupyter server does not answer.");
  }
  if (answer.status === 404) throw new Unreachable("The kernel that drew this editor has ended: run the cell again.");
  if (!answer.ok) throw new Unreachable("The Jupyter server refuses (" + answer.status + ").");
  return (await answer.json()).execution_state;
}

// executed sends the request and follows it to its end. there is a promise that
// fails when the kernel is not there any more.
//
// A kernel that is started anew forgets what was asked of it, and nobody says so.
// But a kernel answers what comes through one channel in order: so it is asked what
// it is, again and again, and an answer to that before the one to the request says
// that the request is lost.
function executed(socket, session, code, waiting, there) {
  const ask = (msg_type, content) => {
    const msg_id = random();
    socket.send(JSON.stringify({ header: { msg_id, msg_type, session, username: "", date: new Date().toISOString(), version: "5.3" }, parent_header: {}, metadata: {}, buffers: [], channel: "shell", content }));
    return msg_id;
  };
  let timer, request, printed = "", replied = false, idle = false;
  const after = (ms, f) => { clearTimeout(timer); timer = setTimeout(f, ms); };
  return new Promise((resolve, reject) => {
    const fail = text => reject(new Unreachable(text));
    const probe = async wait => {
      after(wait, () => probe(Math.min(wait * 1.3, 60_000)));
      try {
        await there();
      } catch (e) {
        reject(e);
      }
      if (socket.readyState === WebSocket.OPEN) ask("kernel_info_request", {});
    };
    after(15_000, () => fail("The kernel does not answer."));
    socket.onopen = () => {
      request = ask("execute_request", { code, silent: true, store_history: false, user_expressions: {}, allow_stdin: false, stop_on_error: false });
      after(700, () => { waiting(); probe(2000); }); // another cell may take as long as it likes
    };
    socket.onclose = () => fail("The connection to the kernel broke.");
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return; // with buffers: not ours
      const { header, msg_type = header?.msg_type, parent_header: parent, content = {} } = JSON.parse(data);
      if (msg_type === "kernel_info_reply" && parent?.session === session && !replied) return fail("The kernel was started anew before it saved.");
      if (parent?.msg_id !== request) return;
      if (msg_type === "stream" && content.name === "stdout") printed += content.text;
      if (msg_type === "status" && content.execution_state === "idle") idle = true;
      if (msg_type === "execute_reply") {
        replied = true;
        if (content.status !== "ok") fail("The kernel could not save: " + (content.evalue || content.status) + ".");
      }
      if (replied && idle) resolve(printed);
    };
  }).finally(() => clearTimeout(timer));
}
