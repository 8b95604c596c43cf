import Directory
import FieldStorage
import Foundation
import Testing
import Timekeeping

@testable import Enrichment

@Suite struct NetworkEnricherTests {
    struct AddressRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bits: UInt128?
        init(_ text: String, _ bits: UInt128?) { (testDescription, self.bits) = (text, bits) }
    }

    @Test(arguments: [
        AddressRow("192.0.2.1", 0xFFFF_C000_0201), AddressRow("255.255.255.255", 0xFFFF_FFFF_FFFF),
        AddressRow("256.0.0.1", nil), AddressRow("1.2.3", nil), AddressRow("1.2.3.4.5", nil),
        AddressRow("01.2.3.4", nil), AddressRow("1.2.3.", nil), AddressRow("", nil), AddressRow("::", 0),
        AddressRow("::1", 1), AddressRow("1::", 1 << 112), AddressRow("2001:db8::1", 0x2001_0db8 << 96 | 1),
        AddressRow("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008),
        AddressRow("::ffff:192.0.2.1", 0xFFFF_C000_0201), AddressRow("1:2:3:4:5:6:7", nil),
        AddressRow("1:2:3:4:5:6:7:8:9", nil), AddressRow("1::2::3", nil), AddressRow(":1::2", nil),
        AddressRow("12345::", nil), AddressRow("g::", nil), AddressRow("1:2:3:4:5:6:7:", nil),
        AddressRow("fe80::1%eth0", nil), AddressRow("FFFF::ABCD", 0xFFFF << 112 | 0xABCD),
    ])
    func readsAddresses(_ row: AddressRow) {
        #expect(IPAddress(row.testDescription)?.bits == row.bits)
    }

    @Test(arguments: [
        ("192.0.2.0/24", true), ("192.0.2.1/24", false), ("192.0.2.0/33", false), ("192.0.2.7", true),
        ("2001:db8::/32", true), ("2001:db8::1/32", false), ("::/0", true), ("0.0.0.0/0", true), ("1.2.3.4/", false),
        ("1.2.3.4/x", false), ("/8", false),
    ])
    func readsBlocks(_ text: String, _ isBlock: Bool) {
        #expect((IPPrefix(text) != nil) == isBlock)
    }

    @Test func theSmallestBlockThatHoldsAnAddressCounts() throws {
        let blocks = try ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3", "10.200.0.0/16"].map {
            (prefix: try #require(IPPrefix($0)), value: $0)
        }
        let table = PrefixTable(blocks.reversed())
        let wanted = [
            ("9.255.255.255", "0.0.0.0/0"), ("10.0.0.0", "10.0.0.0/8"), ("10.0.255.255", "10.0.0.0/8"),
            ("10.1.0.0", "10.1.0.0/16"), ("10.1.2.2", "10.1.2.0/24"), ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.4", "10.1.2.0/24"), ("10.1.3.0", "10.1.0.0/16"), ("10.2.0.0", "10.0.0.0/8"),
            ("10.200.255.255", "10.200.0.0/16"), ("10.201.0.0", "10.0.0.0/8"), ("11.0.0.0", "0.0.0.0/0"),
        ]
        for (address, block) in wanted { #expect(table[try #require(IPAddress(address))] == block, "\(address)") }
        #expect(table[try #require(IPAddress("2001:db8::1"))] == nil)
    }

    @Test func tablesAgreeWithALinearSearch() throws {
        let seed = UInt64.random(in: 0..<1 << 32)
        var dice = Dice(state: seed)
        for _ in 0..<200 {
            let blocks = (0..<Int.random(in: 1...12, using: &dice)).map { number in
                let length = Int.random(in: 20...32, using: &dice)
                let mask = UInt32.max << UInt32(32 - length)
                let bits = (0x0A00_0000 | UInt32.random(in: 0..<4096, using: &dice)) & mask
                let text = "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)/\(length)"
                return (text: text, number: number)
            }
            let parsed = try blocks.map { (prefix: try #require(IPPrefix($0.text)), value: $0.number) }
            let table = PrefixTable(parsed)
            let inOrder = PrefixTable(parsed, prefers: .first)
            for _ in 0..<50 {
                let address = IPAddress(
                    bits: IPAddress.v4Prefix | UInt128(0x0A00_0000 + UInt32.random(in: 0..<5000, using: &dice)))
                let holding = parsed.filter { $0.prefix.first <= address && address <= $0.prefix.last }
                let longest = holding.map(\.prefix.length).max()
                let wanted = holding.first { $0.prefix.length == longest }?.value
                #expect(table[address] == wanted, "seed \(seed), blocks \(blocks.map(\.text))")
                #expect(inOrder[address] == holding.first?.value, "seed \(seed), blocks \(blocks.map(\.text))")
            }
        }
    }

    @Test func theLastAddressOfAllBelongsToTheSmallestBlockToo() throws {
        let last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
        let blocks = try ["::/0", "ff00::/8", last].map { (prefix: try #require(IPPrefix($0)), value: $0) }
        let table = PrefixTable(blocks)
        #expect(table[try #require(IPAddress(last))] == last)
        #expect(table[try #require(IPAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"))] == "ff00::/8")
        #expect(table[try #require(IPAddress("feff::"))] == "::/0")
        #expect(PrefixTable(blocks, prefers: .first)[try #require(IPAddress(last))] == "::/0")
    }

    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8,DE,52.5", "3 columns in place of 4"), ("10.0.0.1/8,DE,52.5,13.4", "`10.0.0.1/8` is no network"),
        ("10.0.0.0/8,Germany,52.5,13.4", "`Germany` is no two-letter country"),
        ("10.0.0.0/8,DE,91,13.4", "`91,13.4` is no latitude and longitude"),
        ("10.0.0.0/8,DE,x,13.4", "`x,13.4` is no latitude and longitude"),
    ])
    func aWrongLineIsNamed(_ line: String, _ reason: String) {
        #expect(throws: EnrichmentFailure.badLine(file: "geo.csv", line: 3, reason: reason)) {
            try GeoCSV("cidr,country,lat,lon\n192.0.2.0/24,US,38.9,-77.0\n\(line)\n", file: "geo.csv")
        }
    }

    static func batch(_ addresses: [String]) -> ActivityBatch {
        let batch = ActivityBatch(capacity: addresses.count)
        for address in addresses {
            let row = batch.append()
            batch[row, .ip] = batch.arena.copy(address)
        }
        return batch
    }

    @Test func fillsCountryPositionAndNetwork() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("geo-\(UUID()).csv")
        try Data("cidr,country,lat,lon\n198.51.100.0/24,DE,52.5,13.4\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var sources = NetworkSources()
        sources.csv = file.path
        sources.networks = [("office", ["198.51.100.128/25"]), ("vpn", ["203.0.113.0/24"])]
        let batch = Self.batch(["198.51.100.7", "198.51.100.200", "203.0.113.9", "not an address"])
        try NetworkEnricher(sources).enrich(batch, rows: 0..<batch.count)
        let countries = (0..<4).map { batch.activity(at: $0).text(.country) }
        #expect(countries == ["DE", "DE", nil, nil])
        #expect((0..<4).map { batch.activity(at: $0).text(.network) } == [nil, "office", "vpn", nil])
        #expect(batch[0, .latitude].doubleValue == 52.5)
        #expect(batch[3, .latitude].isNull)
    }

    static let databases = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/samples/geo").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: databases.path), "needs ../shared/samples/geo"))
    func readsMaxMindDatabases() throws {
        var sources = NetworkSources()
        sources.city = Self.databases.appendingPathComponent("GeoIP2-City-Test.mmdb").path
        sources.asn = Self.databases.appendingPathComponent("GeoLite2-ASN-Test.mmdb").path
        sources.anonymous = Self.databases.appendingPathComponent("GeoIP2-Anonymous-IP-Test.mmdb").path
        let batch = Self.batch(["81.2.69.142", "1.128.0.0", "1.2.0.0", "192.0.2.1"])
        try NetworkEnricher(sources).enrich(batch, rows: 0..<batch.count)
        #expect(batch.activity(at: 0).text(.country) == "GB")
        #expect(abs(batch[0, .latitude].doubleValue - 51.5) < 0.1)
        #expect(batch.activity(at: 1).integer(.asn) == 1221)
        #expect(batch[2, .isAnonymous].boolValue)
        #expect(!batch[3, .isAnonymous].boolValue)
        #expect(batch[3, .country].isNull)
    }

    @Test func aFileThatIsNotThereIsNamed() {
        var sources = NetworkSources()
        sources.city = "/nowhere/city.mmdb"
        #expect(throws: EnrichmentFailure.self) { try NetworkEnricher(sources) }
    }

    /// Only what a database does not list is known not to be anonymous; what cannot be looked up is not known.
    @Test(arguments: [
        ("9.0.0.1", MaxMindFile.Half.flags(["is_anonymous": true]), Slot.bool(true)),
        ("9.0.0.1", .flags(["is_tor_exit_node": true]), .bool(false)), ("9.0.0.1", .nothing, .bool(false)),
        ("9.0.0.1", .damaged, .unknown), ("2001:db8::1", .nothing, .unknown),
    ])
    func aFailedLookUpIsNoAnswer(_ address: String, _ half: MaxMindFile.Half, _ expected: Slot) throws {
        var sources = NetworkSources()
        sources.anonymous = try MaxMindFile(low: half, high: .nothing, built: 1).write()
        let batch = Self.batch([address, "200.0.0.1"])
        try NetworkEnricher(sources).enrich(batch, rows: 0..<batch.count)
        #expect(batch[0, .isAnonymous].tag == expected.tag)
        if expected.tag == .bool { #expect(batch[0, .isAnonymous].boolValue == expected.boolValue) }
        #expect(batch[1, .isAnonymous].tag == .bool && !batch[1, .isAnonymous].boolValue)
    }

    @Test func aDatabaseSaysWhenItWasBuilt() throws {
        let path = try MaxMindFile(low: .nothing, high: .nothing, built: 1_772_323_200).write()
        #expect(try MaxMindDatabase(path: path).built.seconds == 1_772_323_200)
        var sources = NetworkSources()
        #expect(try NetworkEnricher(sources).provenance == nil)
        (sources.asn, sources.anonymous) = (path, path)
        let enricher = try NetworkEnricher(sources)
        #expect(enricher.provenance == "anonymous 2026-03-01T00:00:00Z, asn 2026-03-01T00:00:00Z")
        let batch = Self.batch(["9.0.0.1"])
        enricher.enrich(batch, rows: 0..<1)
        #expect(batch.enrichedBy == enricher.provenance)
        batch.removeAll()
        #expect(batch.enrichedBy == nil)
    }
}
