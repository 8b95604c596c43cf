/// A request as the endpoints read it.
struct Call: Sendable {
    let method: String
    /// The path without its query.
    let path: String
    /// The parts of the path between slashes.
    let segments: [String]
    /// Names and values in their order, decoded.
    var query: [(name: String, value: String)]
    /// By lower-case name.
    let headers: [String: String]
    let body: [UInt8]

    /// - Parameter target: The path with its query, as in the request line.
    init(method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(halves[0])
        segments = path.split(separator: "/").map { Self.decoded($0, plusIsBlank: false) }
        query = halves.count > 1 ? Self.pairs(halves[1]) : []
        self.headers = headers
        self.body = body
    }

    /// The first value of a query parameter.
    subscript(name: String) -> String? { query.first { $0.name == name }?.value }

    /// A parameter that must be an integer; nil when it is absent or empty.
    func integer(_ name: String) throws(Failure) -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = Int(text) else { throw .attribute(name, "\(name) should be -> integer") }
        return value
    }

    /// A parameter that must be a time, in milliseconds since 1970.
    func time(_ name: String) throws(Failure) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = WireTime.milliseconds(text) else { throw .attribute(name, "\(name) should be -> date") }
        return value
    }

    /// Whether the path belongs to the second version of the API.
    var isVersion2: Bool { segments.count > 1 && segments[0] == "api" && segments[1] == "2" }

    /// The names and values of a form or a query.
    static func pairs(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count > 1 ? decoded(halves[1], plusIsBlank: true) : ""
            return (decoded(halves[0], plusIsBlank: true), value)
        }
    }

    private static func decoded(_ text: some StringProtocol, plusIsBlank: Bool) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var place = 0
        while place < source.count {
            if source[place] == UInt8(ascii: "%"), place + 2 < source.count,
                let code = UInt8(String(decoding: source[(place + 1)...(place + 2)], as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                place += 3
                continue
            }
            bytes.append(plusIsBlank && source[place] == UInt8(ascii: "+") ? 32 : source[place])
            place += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Text with everything but unreserved characters as `%XX`, for links.
    static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
                out.append(character)
            } else {
                out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}

/// An answer, before it becomes an HTTP message.
struct Reply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    static func json(_ body: [UInt8], status: Int = 200) -> Reply {
        Reply(status: status, headers: [("Content-Type", "application/json; charset=utf-8")], body: body)
    }

    static func html(_ status: Int) -> Reply {
        let titles = [404: "404 Not Found", 429: "429 Too Many Requests", 502: "502 Bad Gateway"]
        let title = titles[status] ?? "\(status) Error"
        // For 429 these are the 117 bytes of a load balancer that has never heard of JSON.
        let page =
            "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<h1>\(title)</h1>\r\n</body>\r\n</html>\r\n"
        return Reply(status: status, headers: [("Content-Type", "text/html")], body: Array(page.utf8))
    }

    static let noContent = Reply(status: 204, headers: [], body: [])

    /// The body of a successful version 1 call without data.
    static let success = Reply.json(
        Array(#"{"status":{"type":"success","code":200,"message":"Success","error":false}}"#.utf8))
}
