# The bare server: what Ruby and the reader of requests cost by themselves.

require "socket"
require "/usr/local/src/open_runtimes/http"

# What the reader asks, and the answer to all.
class Bare
  attr_reader :limit

  def initialize
    @limit = 20_971_520
    @made = [0, ""]
  end

  def admit(_message) = nil

  def too_large = OpenRuntimes::BAD

  def answer
    "HTTP/1.1 200 OK\r\nDate: #{date}\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*"
  end

  def date
    now = Process.clock_gettime(Process::CLOCK_REALTIME, :second)
    @made = [now, Time.at(now).utc.strftime("%a, %d %b %Y %H:%M:%S GMT")] if @made[0] != now
    @made[1]
  end
end

server = Bare.new
listener = TCPServer.new("0.0.0.0", 3000)
listener.listen(1024)
readers = { listener => nil }.compare_by_identity
space = String.new(capacity: 262_144)
loop do
  IO.select(readers.keys).first.each do |socket|
    if socket.equal?(listener)
      client = listener.accept
      client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      readers[client] = OpenRuntimes::Reader.new(server)
    elsif (data = socket.read_nonblock(262_144, space, exception: false))
      reader = readers[socket]
      reader.feed(data)
      socket.write_nonblock(server.answer, exception: false) while reader.whole.shift
    else
      readers.delete(socket)
      socket.close
    end
  end
end
