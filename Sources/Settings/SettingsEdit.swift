public import Diagnostics

/// Adds connections to the text of a settings file and takes them out, and leaves every other line as it is.
///
/// The result has been read again: it has exactly the connections it had, and the one more or less.
public struct SettingsEdit: Sendable {
    /// Why a file cannot be edited.
    public enum Problem: Error, Hashable, Sendable {
        case nameTaken(String)
        case noSuchConnection(String, known: [String])
        /// The list of connections is written in one line, `[…]`, which is for a person to edit.
        case notALineEach
        /// What would come out is no good settings file: the first thing that is wrong.
        case refused(String)
    }

    /// What is written of a new connection.
    public struct NewConnection: Hashable, Sendable {
        public var name: String
        public var subdomain: String
        public var region: String?
        public var url: String?
        /// The keys of the client id and where it is: `client_id`, `client_id_file` or `client_id_env`.
        public var clientID: (key: String, value: String)?
        /// `client_secret_file` or `client_secret_env`; nil to look in the usual places.
        public var clientSecret: (key: String, value: String)?
        /// A file of certificate authorities, and a proxy; both as settings have them.
        public var caFile: String?
        public var proxy: String?

        public init(name: String, subdomain: String) {
            self.name = name
            self.subdomain = subdomain
        }

        public static func == (left: NewConnection, right: NewConnection) -> Bool { left.lines == right.lines }
        public func hash(into hasher: inout Hasher) { hasher.combine(lines) }

        /// The keys and values, in the order of the documentation.
        var lines: [String] {
            var pairs = [("name", name), ("subdomain", subdomain)]
            if let region { pairs.append(("region", region)) }
            if let url { pairs.append(("url", url)) }
            if let clientID { pairs.append((clientID.key, clientID.value)) }
            if let clientSecret { pairs.append((clientSecret.key, clientSecret.value)) }
            if let caFile { pairs.append(("ca_file", caFile)) }
            if let proxy { pairs.append(("proxy", proxy)) }
            return pairs.map { "\($0.0): \(SettingsEdit.quoted($0.1))" }
        }
    }

    private let source: SourceText
    private let environment: [String: String]

    /// - Parameter source: The file as it is; empty text for one that is not there yet.
    public init(_ source: SourceText, environment: [String: String] = [:]) {
        self.source = source
        self.environment = environment
    }

    /// The text with one connection more, at the end of the list.
    public func adding(_ connection: NewConnection) throws(Problem) -> String {
        let names = try names(of: source.text)
        guard !names.contains(connection.name) else { throw .nameTaken(connection.name) }
        var lines = Self.lines(source.text)
        if let list = try list(in: lines) {
            lines.insert(contentsOf: Self.item(connection, indent: list.indent), at: list.end)
        } else {
            if let last = lines.last, !last.isEmpty { lines.append("") }
            lines.append("connections:")
            lines += Self.item(connection, indent: 2)
        }
        return try checked(lines, expected: names + [connection.name])
    }

    /// The text without a connection.
    public func removing(_ name: String) throws(Problem) -> String {
        let names = try names(of: source.text)
        guard let place = names.firstIndex(of: name) else { throw .noSuchConnection(name, known: names) }
        var lines = Self.lines(source.text)
        guard let list = try list(in: lines), place < list.items.count else { throw .notALineEach }
        let start = list.items[place]
        let end = place + 1 < list.items.count ? list.items[place + 1] : list.end
        lines.removeSubrange(start..<end)
        if names.count == 1 { lines.remove(at: list.key) }
        return try checked(lines, expected: names.filter { $0 != name })
    }

    // MARK: Lines

    /// Where the list of connections is, by line.
    private struct Place {
        /// The line `connections:`.
        let key: Int
        /// The first line of each item.
        let items: [Int]
        /// The line after the last that belongs to the list.
        let end: Int
        let indent: Int
    }

    private func list(in lines: [String]) throws(Problem) -> Place? {
        guard let key = lines.firstIndex(where: { $0.hasPrefix("connections:") }) else { return nil }
        let rest = lines[key].dropFirst("connections:".count).prefix { $0 != "#" }.trimmingBlanks
        guard rest.isEmpty else { throw .notALineEach }
        var items: [Int] = []
        var indent: Int?
        var end = key + 1
        for (number, line) in lines.enumerated().dropFirst(key + 1) {
            let depth = line.prefix { $0 == " " }.count
            let body = line.dropFirst(depth)
            if body.isEmpty || body.first == "#" { continue }
            guard depth > 0 || body.first == "-" else { break }
            if body.first == "-", depth == indent ?? depth {
                indent = depth
                items.append(number)
            }
            end = number + 1
        }
        return Place(key: key, items: items, end: end, indent: indent ?? 2)
    }

    private static func item(_ connection: NewConnection, indent: Int) -> [String] {
        let space = String(repeating: " ", count: indent)
        return connection.lines.enumerated().map { space + ($0.offset == 0 ? "- " : "  ") + $0.element }
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// A value as YAML reads it back: plain where it is harmless, else in double quotes.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A)
                || "-_./".utf8.contains($0)
        }
        if plain, text.first?.isLetter == true, !["true", "false", "null", "yes", "no", "on", "off"].contains(text) {
            return text
        }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    // MARK: What it makes

    private func names(of text: String) throws(Problem) -> [String] {
        guard !text.isEmpty else { return [] }
        let result = load(text)
        guard let settings = result.settings else {
            throw .refused(result.diagnostics.first { $0.diagnostic.level == .error }?.diagnostic.message ?? "")
        }
        return settings.connections.map(\.name)
    }

    private func load(_ text: String) -> SettingsResult {
        SettingsLoader.load(
            SettingsInput(
                file: SourceText(name: source.name, text: text), environment: environment, readsSecrets: false))
    }

    private func checked(_ lines: [String], expected: [String]) throws(Problem) -> String {
        let text = lines.joined(separator: "\n") + "\n"
        let found = try names(of: lines.isEmpty ? "" : text)
        guard found == expected else { throw .refused("the list of connections could not be edited") }
        return text
    }
}
