/// What is asked of a server.
public struct HTTPRequest: Hashable, Sendable {
    /// The verb.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// Whether asking twice does no more than asking once, so that a retry is safe without a look.
        public var isIdempotent: Bool { self == .get || self == .put || self == .delete }
    }

    public var method: Method
    /// An absolute `http` or `https` URL, percent-encoded.
    public var url: String
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(_ method: Method, _ url: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The path of the URL without query and host, `/` when there is none: what messages show.
    public var path: String {
        guard let scheme = url.firstRange(of: "://") else { return "/" }
        let rest = url[scheme.upperBound...]
        guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }), rest[end] == "/"
        else { return "/" }
        let path = rest[end...]
        return String(path[..<(path.firstIndex { $0 == "?" || $0 == "#" } ?? path.endIndex)])
    }

    /// The host of the URL, empty when it has none.
    public var host: String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        let rest = url[scheme.upperBound...]
        let authority = rest[..<(rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex)]
        let named = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if named.first == "[" { return String(named.prefix { $0 != "]" }.dropFirst()) }
        return String(named.prefix { $0 != ":" })
    }
}

extension HTTPRequest: CustomStringConvertible {
    /// Verb and path; headers and body may hold secrets and stay out.
    public var description: String { "\(method.rawValue) \(path)" }
}

/// Header lines in the order they were given; names compare without regard to case.
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral, Sequence {
    /// One header line.
    public struct Line: Hashable, Sendable {
        public let name: String
        public let value: String
    }

    private var lines: [Line] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        lines = elements.map { Line(name: $0.0, value: $0.1) }
    }

    /// Headers from pairs, in their order.
    public init(_ pairs: some Sequence<(String, String)>) {
        lines = pairs.map { Line(name: $0.0, value: $0.1) }
    }

    /// The first value under a name; setting replaces every line of that name, nil removes them.
    public subscript(name: String) -> String? {
        get {
            let wanted = name.lowercased()
            return lines.first { $0.name.lowercased() == wanted }?.value
        }
        set {
            let wanted = name.lowercased()
            lines.removeAll { $0.name.lowercased() == wanted }
            if let newValue { lines.append(Line(name: name, value: newValue)) }
        }
    }

    /// Adds a line and keeps those of the same name.
    public mutating func add(_ name: String, _ value: String) { lines.append(Line(name: name, value: value)) }

    public func makeIterator() -> IndexingIterator<[Line]> { lines.makeIterator() }
}

/// What a server answered, whatever the status.
public struct HTTPResponse: Hashable, Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status is 200 to 299.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The start of the body as text, bytes that are no UTF-8 replaced.
    ///
    /// - Parameter limitBytes: How much of it at most, so that a log line stays a line.
    public func text(limitBytes: Int = 512) -> String { String(decoding: body.prefix(limitBytes), as: UTF8.self) }
}
