/// Lines of `cidr,country,lat,lon`.
struct GeoCSV: Sendable {
    /// Where a block of addresses is.
    struct Place: Hashable, Sendable {
        let country: String
        let latitude: Double
        let longitude: Double
    }

    /// How many lines are read.
    static let lineLimit = 5_000_000

    private(set) var blocks: [(prefix: IPPrefix, value: Place)] = []

    /// Reads the whole text; the first line may name the columns.
    ///
    /// - Throws: The first line that is wrong: a table with a hole would make rules silently blind.
    init(_ text: String, file: String) throws(EnrichmentFailure) {
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard number <= Self.lineLimit else {
                throw .badLine(file: file, line: number, reason: "more than \(Self.lineLimit) lines")
            }
            let content = line.last == "\r" ? line.dropLast() : line
            if content.isEmpty || content.first == "#" || (number == 1 && content.lowercased().hasPrefix("cidr,")) {
                continue
            }
            let fields = content.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
            guard fields.count == 4 else {
                throw .badLine(file: file, line: number, reason: "\(fields.count) columns in place of 4")
            }
            guard let prefix = IPPrefix(fields[0]) else {
                throw .badLine(file: file, line: number, reason: "`\(fields[0])` is no network")
            }
            guard fields[1].utf8.count == 2, fields[1].allSatisfy({ $0.isASCII && $0.isUppercase }) else {
                throw .badLine(file: file, line: number, reason: "`\(fields[1])` is no two-letter country")
            }
            guard let latitude = Double(fields[2]), abs(latitude) <= 90, let longitude = Double(fields[3]),
                abs(longitude) <= 180
            else {
                throw .badLine(
                    file: file, line: number, reason: "`\(fields[2]),\(fields[3])` is no latitude and longitude")
            }
            blocks.append((prefix, Place(country: fields[1], latitude: latitude, longitude: longitude)))
        }
    }
}

/// Why what is known of addresses cannot be used.
public enum EnrichmentFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(file: String, reason: String)
    case badLine(file: String, line: Int, reason: String)
    case badNetwork(name: String, range: String)

    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "`\(file)` cannot be read: \(reason)"
        case .badLine(let file, let line, let reason): "\(file):\(line): \(reason)"
        case .badNetwork(let name, let range): "network `\(name)`: `\(range)` is no network"
        }
    }
}
