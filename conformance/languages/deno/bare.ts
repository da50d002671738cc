// The bare server: what Deno and Deno.listen cost by themselves. It takes whatever one read brings for a request.
const answer = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*");

async function attend(socket: Deno.TcpConn) {
  const buffer = new Uint8Array(16_384);
  try {
    while (await socket.read(buffer) !== null) await socket.write(answer);
  } catch {
    // The client has gone.
  }
  socket.close();
}

for await (const socket of Deno.listen({ hostname: "0.0.0.0", port: 3000 })) attend(socket);
