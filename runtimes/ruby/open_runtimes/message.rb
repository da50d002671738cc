# frozen_string_literal: true

# One request, as far as its head tells.

module OpenRuntimes
  BAD = [400, [], ""].freeze

  # Leaves the reader: nothing more is read.
  class Refused < StandardError
    attr_reader :answer

    def initialize(answer)
      super()
      @answer = answer
    end
  end

  # Of its fields there are those that the server has a use for. A field that is sent twice has both
  # values, with a comma and a space between: no key, host or length has those.
  class Message
    FIELDS = %w[x-internal-challenge host content-length transfer-encoding connection expect].freeze
    HEAD = %r{\A[!#$%&'*+.^`|~\w-]++\ [\x21-\x7e\x80-\xff]++\ HTTP/1\.[01]\r\n
              (?:[!#$%&'*+.^`|~\w-]++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n\z}nx

    # A name as clients spell it, to the name as it is known here. Other spellings are found in lower case.
    SPELLINGS = FIELDS.flat_map { |name| [name, name.split("-").map(&:capitalize).join("-")] }
                      .to_h { |spelling| [spelling, spelling.downcase] }.freeze
    LENGTHS = FIELDS.map(&:length).freeze

    attr_reader :method, :version, :length
    attr_accessor :body

    def initialize(head)
      raise Refused, BAD unless HEAD.match?(head)

      ending = head.index("\r\n")
      @method = head.byteslice(0, head.index(" "))
      @version = head.byteslice(ending - 3, 3)
      @fields = {}
      read(head, ending + 2)
      @body = nil
      measure
    end

    def [](name) = @fields[name]

    def chunked? = @length.nil?

    def waits? = @fields["expect"]&.casecmp?("100-continue")

    # Whether its connection ends with it.
    def last?
      @version == "1.0" || @fields["connection"]&.downcase&.split(/[ \t]*,[ \t]*/)&.include?("close") || false
    end

    private

    def read(head, position)
      last = head.bytesize - 2
      while position < last
        colon = head.index(":", position)
        ending = head.index("\r\n", colon)
        spelling = head.byteslice(position, colon - position)
        name = SPELLINGS[spelling]
        name ||= SPELLINGS[spelling.downcase] if LENGTHS.include?(spelling.bytesize)
        add(name, head.byteslice(colon + 1, ending - colon - 1).strip) if name
        position = ending + 2
      end
    end

    def add(name, value)
      known = @fields[name]
      @fields[name] = known ? "#{known}, #{value}" : value
    end

    # How the end of the body is found: in one way, or the request is refused.
    def measure
      coding = @fields["transfer-encoding"]
      length = @fields["content-length"]
      if coding
        raise Refused, BAD unless coding.casecmp?("chunked") && length.nil? && @version == "1.1"
      elsif length
        raise Refused, BAD unless length.match?(/\A\d{1,18}\z/)
      end
      @length = length.to_i unless coding
    end
  end
end
