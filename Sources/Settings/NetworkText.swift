import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads names, addresses and networks as settings write them.
enum NetworkText {
    static let nameHelp = "use small letters, digits, `-` and `_`, a letter or digit first, at most 63 of them"

    /// A name of the author's choice.
    static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 63, first != 0x2D, first != 0x5F else { return false }
        return bytes.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x5F
        }
    }

    /// One label of a domain name.
    static func isLabel(_ text: String) -> Bool {
        isName(text.lowercased()) && !text.contains("_") && !text.hasSuffix("-")
    }

    /// A name of an HTTP header: a token of RFC 9110.
    static func isHeaderName(_ text: String) -> Bool {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        return !text.isEmpty && text.utf8.count <= 100
            && text.utf8.allSatisfy {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
                    || marks.contains($0)
            }
    }

    /// The `name` of an entry of a list, unless another entry has it.
    static func uniqueName(_ section: Section, _ names: inout [String: Span]) -> String? {
        guard let name = section.requiredText("name", help: "add a `name` of your choice") else { return nil }
        guard isName(name.value) else {
            section.report.error(.badValue, "`\(name.value)` is no name", at: name, help: nameHelp)
            return nil
        }
        if let first = names[name.value] {
            section.report.error(
                .givenTwice, "the name `\(name.value)` is given twice in `\(section.path)`", name.source, name.span,
                label: "given again", secondary: [Diagnostic.Label(first, "given first")],
                help: "give each entry a name of its own")
            return nil
        }
        names[name.value] = name.span
        return name.value
    }

    /// Why a text is no CIDR range or address; nil when it is one.
    static func problem(ofRange text: String) -> String? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bits = addressBits(String(parts[0])) else { return "`\(parts[0])` is no IPv4 or IPv6 address" }
        guard parts.count == 2 else { return nil }
        let digits = parts[1]
        guard !digits.isEmpty, digits.utf8.count <= 3, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let length = Int(digits), length <= bits.count
        else { return "the length after `/` is 0 to \(bits.count)" }
        if bits[length...].contains(true) { return "bits are set after the first \(length)" }
        return nil
    }

    private static func addressBits(_ text: String) -> [Bool]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count: Int
        if inet_pton(AF_INET, text, &bytes) == 1 {
            count = 4
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            count = 16
        } else {
            return nil
        }
        return bytes[..<count].flatMap { byte in (0..<8).map { byte & (0x80 >> $0) != 0 } }
    }

    /// Host and port of `host:port`, with an IPv6 host in brackets.
    static func listenAddress(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard addressBits(host)?.count == 128 else { return nil }
            return (host, port)
        }
        guard !host.contains(":"), host == "localhost" || addressBits(host) != nil else { return nil }
        return (host, port)
    }

    /// Host and port of a proxy: `proxy.corp.example:3128`, with `http://` before it or not.
    static func proxy(_ text: String) -> ProxySettings? {
        var rest = text[...]
        if rest.lowercased().hasPrefix("http://") { rest = rest.dropFirst(7) }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if let (host, port) = listenAddress(String(rest)), port > 0 { return ProxySettings(host: host, port: port) }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port), parts[0].utf8.count <= 253,
            parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ isLabel(String($0)) })
        else { return nil }
        return ProxySettings(host: String(parts[0]), port: port)
    }

    /// The `proxy` of a section; one that cannot be read is reported.
    static func proxy(of section: Section) -> ProxySettings? {
        guard let text = section.text("proxy") else { return nil }
        if let proxy = proxy(text.value) { return proxy }
        section.report.error(
            .badValue, "`\(text.value)` is no proxy", at: text,
            help: "write it like `http://proxy.corp.example:3128`; it must let CONNECT through and ask for no password")
        return nil
    }

    /// What of a web address decides how safe it is.
    struct URLParts {
        let isEncrypted: Bool
        let host: String

        init?(_ text: String) {
            let lower = text.lowercased()
            guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
            isEncrypted = lower.hasPrefix("https://")
            let rest = text.dropFirst(isEncrypted ? 8 : 7)
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), text.utf8.count <= 2048 else { return nil }
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            // Credentials in an address would be logged with it.
            guard !authority.isEmpty, !authority.contains("@") else { return nil }
            if authority.hasPrefix("[") {
                guard let end = authority.firstIndex(of: "]") else { return nil }
                host = String(authority[authority.index(after: authority.startIndex)..<end])
            } else {
                host = String(authority.prefix { $0 != ":" })
            }
            guard !host.isEmpty else { return nil }
        }

        /// Whether it leads to this machine, whatever name servers say: `127.0.0.1.example.test` does not.
        var isLoopback: Bool {
            host == "localhost" || host == "::1" || (host.hasPrefix("127.") && addressBits(host)?.count == 32)
        }
    }
}
