// The bare server: what Bun and Bun.listen cost by themselves. It takes whatever one read brings for a request.
const answer = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*");

Bun.listen({
  hostname: "0.0.0.0",
  port: 3000,
  socket: { data: (socket) => void socket.write(answer) },
});
