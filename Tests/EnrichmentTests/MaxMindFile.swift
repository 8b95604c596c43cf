import Foundation

/// A MaxMind DB file of two halves: addresses below 128.0.0.0, and the others.
struct MaxMindFile {
    /// What a half of the addresses has.
    enum Half {
        /// A record of these flags.
        case flags([String: Bool])
        case nothing
        /// A pointer that leads nowhere.
        case damaged
    }

    var low: Half
    var high: Half
    var built: UInt64

    /// Writes the file into a folder of its own and gives its path.
    func write() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mmdb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("test.mmdb").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private var bytes: [UInt8] {
        var data: [UInt8] = []
        let records = [low, high].map { half -> UInt32 in
            switch half {
            // One node: a record that is the number of nodes says that there is nothing.
            case .nothing: return 1
            case .damaged: return 0xFF_FFF0
            case .flags(let flags):
                let place = UInt32(1 + 16 + data.count)
                data += Self.map(flags.keys.sorted().map { ($0, flags[$0] == true ? [0x01, 0x07] : [0x00, 0x07]) })
                return place
            }
        }
        let tree = records.flatMap { [UInt8($0 >> 16 & 0xFF), UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)] }
        let mark: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        let metadata = Self.map([
            ("node_count", [0xC1, 1]), ("record_size", [0xA1, 24]), ("ip_version", [0xA1, 4]),
            ("database_type", Self.text("Test")), ("binary_format_major_version", [0xA1, 2]),
            ("binary_format_minor_version", [0xA0]),
            ("build_epoch", [0x08, 0x02] + (0..<8).map { UInt8(built >> UInt64(56 - 8 * $0) & 0xFF) }),
            ("languages", [0x00, 0x04]), ("description", Self.map([])),
        ])
        return tree + [UInt8](repeating: 0, count: 16) + data + mark + metadata
    }

    private static func text(_ text: String) -> [UInt8] { [0x40 | UInt8(text.utf8.count)] + Array(text.utf8) }

    private static func map(_ entries: [(String, [UInt8])]) -> [UInt8] {
        [0xE0 | UInt8(entries.count)] + entries.flatMap { text($0.0) + $0.1 }
    }
}
