/// Numbers of one name, for the `/metrics` page.
public struct MetricFamily: Hashable, Sendable {
    /// What the numbers are.
    public enum Kind: String, Hashable, Sendable {
        /// Only rises while the process lives; its name ends in `_total`.
        case counter
        case gauge
    }

    /// One number and the labels that tell it from its siblings.
    public struct Sample: Hashable, Sendable {
        public var labels: [Label]
        public var value: Double

        public init(_ value: Double, labels: [Label] = []) {
            self.labels = labels
            self.value = value
        }
    }

    /// A name and a value, both of the program's choice.
    public struct Label: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// With the prefix `tocsin_` and a base unit, such as `tocsin_sync_duration_seconds`.
    public var name: String
    /// One sentence.
    public var help: String
    public var kind: Kind
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }
}

/// Writes metrics in Prometheus' text exposition format 0.0.4.
public enum MetricsText {
    /// What the answer's `Content-Type` says.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All families by name, each with its samples by labels, so that two pages of the same numbers are the same.
    ///
    /// Characters that a name cannot have become `_`. Of families of one name the first in the list gives the
    /// kind and the help, since a name may appear only once.
    public static func render(_ families: [MetricFamily]) -> String {
        var merged: [String: MetricFamily] = [:]
        for family in families {
            let name = safe(family.name, allowsColon: true)
            merged[name, default: MetricFamily(name, family.kind, help: family.help, samples: [])].samples +=
                family.samples
        }
        var text = ""
        for name in merged.keys.sorted() {
            guard let family = merged[name], !family.samples.isEmpty else { continue }
            text += "# HELP \(name) \(escapedHelp(family.help))\n# TYPE \(name) \(family.kind.rawValue)\n"
            for line in Set(family.samples.map { name + labels($0.labels) + " " + number($0.value) }).sorted() {
                text += line + "\n"
            }
        }
        return text
    }

    private static func labels(_ labels: [MetricFamily.Label]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { (safe($0.name, allowsColon: false), escapedValue($0.value)) }.sorted { $0.0 < $1.0 }
        return "{" + pairs.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",") + "}"
    }

    private static func safe(_ name: String, allowsColon: Bool) -> String {
        var safe = ""
        for scalar in name.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            let isDigit = ("0"..."9").contains(scalar) && !safe.isEmpty
            let isColon = scalar == ":" && allowsColon
            safe.unicodeScalars.append(isLetter || isDigit || isColon ? scalar : "_")
        }
        return safe.isEmpty ? "_" : safe
    }

    private static func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func escapedValue(_ text: String) -> String { escapedHelp(text).replacing("\"", with: "\\\"") }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
        return "\(value)"
    }
}
