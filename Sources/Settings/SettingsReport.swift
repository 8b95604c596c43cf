import Diagnostics

/// Collects what is said about one set of settings.
final class SettingsReport {
    private var entries: [SourcedDiagnostic] = []

    private var hidden: [Span] = []

    /// By source, then place.
    var sorted: [SourcedDiagnostic] {
        DiagnosticReport(entries.map { SourcedDiagnostic(masked($0.source), $0.diagnostic) }).entries
    }

    /// Keeps a secret that stands in the file out of the source lines that diagnostics show.
    func hide(_ span: Span) { hidden.append(span) }

    private func masked(_ source: SourceText) -> SourceText {
        guard hidden.contains(where: { $0.end <= source.text.utf8.count }) else { return source }
        var bytes = Array(source.text.utf8)
        for span in hidden where span.end <= bytes.count {
            for index in span.start..<span.end { bytes[index] = UInt8(ascii: "*") }
        }
        return SourceText(name: source.name, text: String(decoding: bytes, as: UTF8.self))
    }

    func error(
        _ code: SettingsCode, _ message: String, _ source: SourceText, _ span: Span, label: String = "",
        secondary: [Diagnostic.Label] = [], help: String? = nil
    ) {
        entries.append(
            SourcedDiagnostic(
                source,
                Diagnostic(
                    .error, code.rawValue, message, at: span, label: label, secondary: secondary, help: help)))
    }

    func warning(
        _ code: SettingsCode, _ message: String, _ source: SourceText, _ span: Span, label: String = "",
        help: String? = nil
    ) {
        entries.append(
            SourcedDiagnostic(
                source, Diagnostic(.warning, code.rawValue, message, at: span, label: label, help: help)))
    }

    func error<T>(_ code: SettingsCode, _ message: String, at value: Located<T>, help: String? = nil) {
        error(code, message, value.source, value.span, help: help)
    }

    func warning<T>(_ code: SettingsCode, _ message: String, at value: Located<T>, help: String? = nil) {
        warning(code, message, value.source, value.span, help: help)
    }
}

/// A value and the text it came from: the file, a variable or a flag.
struct Located<Value> {
    var value: Value
    let source: SourceText
    let span: Span
    /// Whether a flag or a variable gave it, not the file.
    var isOverride = false

    func with<Other>(_ other: Other) -> Located<Other> {
        Located<Other>(value: other, source: source, span: span, isOverride: isOverride)
    }
}

/// Values from the environment and from flags, which win over the file.
final class SettingsOverrides {
    /// Settings that a variable of their own may set; lists take commas.
    static let variables: [String: String] = [
        "TOCSIN_STORE": "store", "TOCSIN_RULES": "rules", "TOCSIN_POLICIES": "policies",
        "TOCSIN_GEO_CSV": "geo.csv", "TOCSIN_GEO_CITY": "geo.city", "TOCSIN_GEO_ASN": "geo.asn",
        "TOCSIN_GEO_ANONYMOUS": "geo.anonymous", "TOCSIN_WEB_LISTEN": "web.listen",
        "TOCSIN_LOG_LEVEL": "log.level", "TOCSIN_LOG_FORMAT": "log.format",
    ]
    private let input: SettingsInput
    private let report: SettingsReport
    private var values: [String: Located<String>] = [:]

    init(_ input: SettingsInput, _ report: SettingsReport) {
        self.input = input
        self.report = report
        for (variable, setting) in Self.variables {
            if let text = input.environment[variable], !text.isEmpty { values[setting] = Self.variable(variable, text) }
        }
        for (setting, text) in input.flags {
            let source = SourceText(name: "--" + setting.replacing(".", with: "-"), text: text)
            values[setting] = Located(
                value: text, source: source, span: Span(0, text.utf8.count), isOverride: true)
        }
    }

    private static func variable(_ name: String, _ text: String) -> Located<String> {
        Located(
            value: text, source: SourceText(name: name, text: text), span: Span(0, text.utf8.count),
            isOverride: true)
    }

    /// What a flag or a variable says of a setting.
    func value(_ setting: String) -> Located<String>? { values[setting] }

    /// The variable for a named thing's value, such as `TOCSIN_ACME_CLIENT_SECRET` of the connection `acme`.
    static func variableName(_ name: String, _ value: String) -> String {
        "TOCSIN_" + (name + "_" + value).uppercased().map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    /// Warns of variables that look like ours and set nothing.
    func reportUnknown(connections: [ConnectionSettings], receivers: [ReceiverSettings]) {
        var known = Set(Self.variables.keys).union(["TOCSIN_SETTINGS"])
        for connection in connections {
            known.insert(Self.variableName(connection.name, "client_id"))
            known.insert(Self.variableName(connection.name, "client_secret"))
            known.insert(Self.variableName(connection.name, "webhook_token"))
            known.insert(Self.variableName(connection.name, "actions_client_id"))
            known.insert(Self.variableName(connection.name, "actions_client_secret"))
        }
        for receiver in receivers { known.insert(Self.variableName(receiver.name, "secret")) }
        for name in input.environment.keys.sorted() where name.hasPrefix("TOCSIN_") && !known.contains(name) {
            // The value may be a secret under a wrong name, so only the name is shown.
            let source = SourceText(name: "environment", text: name)
            report.warning(
                .unknownVariable, "the variable `\(name)` sets nothing", source, Span(0, name.utf8.count),
                help: nearestName(to: name, in: known).map { "did you mean `\($0)`?" })
        }
    }
}
