// The bare server: what Bun and Bun.listen cost by themselves. Like every HTTP library, it waits for a whole request,
// collects the fields of its head, and answers with a date.
interface Client {
  rest: string;
}

/** Answers the requests that are whole, and gives back the rest. */
function answer(text: string, send: (answer: string) => void): string {
  for (let end; (end = text.indexOf("\r\n\r\n")) >= 0;) {
    const fields = new Map<string, string>();
    for (const line of text.slice(0, end).split("\r\n")) {
      const colon = line.indexOf(":");
      fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const length = end + 4 + Number(fields.get("content-length") ?? 0);
    if (text.length < length) break;
    text = text.slice(length);
    send(`HTTP/1.1 200 OK\r\nDate: ${today()}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*`);
  }
  return text;
}

let second = 0;
let date = "";

function today(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    date = new Date(now * 1000).toUTCString();
  }
  return date;
}

const latin1 = new TextDecoder("latin1");

Bun.listen<Client>({
  hostname: "0.0.0.0",
  port: 3000,
  socket: {
    open: (socket) => void (socket.data = { rest: "" }),
    data: (socket, chunk) => {
      socket.data.rest = answer(socket.data.rest + latin1.decode(chunk), (text) => void socket.write(text));
    },
  },
});
