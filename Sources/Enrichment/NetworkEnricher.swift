public import Directory
import FieldStorage
import Foundation
import Synchronization
import Timekeeping

/// Where what is known of addresses comes from.
public struct NetworkSources: Sendable {
    /// A file of `cidr,country,lat,lon` lines; it counts before the databases.
    public var csv: String?
    /// MaxMind databases.
    public var city: String?
    public var asn: String?
    public var anonymous: String?
    /// Our own networks by name; the first that holds an address names it.
    public var networks: [(name: String, ranges: [String])] = []

    public init() {}

    public var isEmpty: Bool { csv == nil && city == nil && asn == nil && anonymous == nil && networks.isEmpty }
}

/// Fills country, position, autonomous system, anonymity and network of activities from their address.
///
/// Text it writes into slots lives as long as the enricher, which must outlive the batches.
public final class NetworkEnricher: ActivityEnricher {
    /// What is known of one address.
    private struct Known: Sendable {
        var address = IPAddress(bits: 0)
        var isSet = false
        var country = Slot.null
        var latitude = Slot.null
        var longitude = Slot.null
        var asn = Slot.null
        var isAnonymous = Slot.null
        var network = Slot.null
    }

    /// Recent addresses: each has one place, given by its bits.
    private struct Memo: Sendable {
        var places = [Known](repeating: Known(), count: 8192)
        var texts: [String: Slot] = [:]
        let arena = TextArena()
    }

    private let places: PrefixTable<GeoCSV.Place>?
    private let networks: PrefixTable<String>?
    private let city: MaxMindDatabase?
    private let asn: MaxMindDatabase?
    private let anonymous: MaxMindDatabase?
    private let memo = Mutex(Memo())
    public let fields: Set<ActivityField>
    /// The databases with the moment at which each was built, by name; nil without any.
    public let provenance: String?

    /// Reads the files.
    public init(_ sources: NetworkSources) throws(EnrichmentFailure) {
        if let file = sources.csv {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw .unreadable(file: file, reason: "no such file, or no right to read it")
            }
            places = PrefixTable(try GeoCSV(String(decoding: data, as: UTF8.self), file: file).blocks)
        } else {
            places = nil
        }
        var own: [(prefix: IPPrefix, value: String)] = []
        for network in sources.networks {
            for range in network.ranges {
                guard let prefix = IPPrefix(range) else { throw .badNetwork(name: network.name, range: range) }
                own.append((prefix, network.name))
            }
        }
        networks = own.isEmpty ? nil : PrefixTable(own, prefers: .first)
        city = try Self.database(sources.city)
        asn = try Self.database(sources.asn)
        anonymous = try Self.database(sources.anonymous)
        var fields: Set<ActivityField> = []
        if sources.csv != nil || sources.city != nil { fields.formUnion([.country, .latitude, .longitude]) }
        if sources.asn != nil { fields.insert(.asn) }
        if sources.anonymous != nil { fields.insert(.isAnonymous) }
        if !own.isEmpty { fields.insert(.network) }
        self.fields = fields
        provenance = Self.provenance([
            ("anonymous", anonymous?.built), ("asn", asn?.built), ("city", city?.built),
            ("csv", sources.csv.flatMap(Self.modification)),
        ])
    }

    private static func provenance(_ databases: [(name: String, built: Timestamp?)]) -> String? {
        let known = databases.compactMap { database in
            database.built.map { "\(database.name) \($0.rfc3339)" }
        }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    /// When a file was written last, which stands for the day it was made.
    private static func modification(_ path: String) -> Timestamp? {
        let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        return date.map { Timestamp(seconds: Int64($0.timeIntervalSince1970)) }
    }

    private static func database(_ path: String?) throws(EnrichmentFailure) -> MaxMindDatabase? {
        guard let path else { return nil }
        return try MaxMindDatabase(path: path)
    }

    public func enrich(_ batch: ActivityBatch, rows: Range<Int>) {
        batch.retain(self)
        batch.enrichedBy = provenance
        memo.withLock { memo in
            for row in rows {
                let ip = batch[row, .ip]
                guard ip.tag == .string, let address = IPAddress(ip.text) else { continue }
                let place = Int(truncatingIfNeeded: address.bits ^ (address.bits >> 13)) & 8191
                if !memo.places[place].isSet || memo.places[place].address != address {
                    memo.places[place] = known(of: address, &memo)
                }
                let known = memo.places[place]
                batch[row, .country] = known.country
                batch[row, .latitude] = known.latitude
                batch[row, .longitude] = known.longitude
                batch[row, .asn] = known.asn
                batch[row, .isAnonymous] = known.isAnonymous
                batch[row, .network] = known.network
            }
        }
    }

    private func known(of address: IPAddress, _ memo: inout Memo) -> Known {
        var known = Known()
        known.address = address
        known.isSet = true
        if let place = places?[address] {
            known.country = Self.slot(place.country, &memo)
            known.latitude = .double(place.latitude)
            known.longitude = .double(place.longitude)
        } else {
            switch city?.answer(of: address) {
            case .record(let record)?:
                known.country = record.text(["country", "iso_code"]).map { Self.slot($0, &memo) } ?? .null
                known.latitude = record.double(["location", "latitude"]).map(Slot.double) ?? .null
                known.longitude = record.double(["location", "longitude"]).map(Slot.double) ?? .null
            case .failed?: (known.country, known.latitude, known.longitude) = (.unknown, .unknown, .unknown)
            case .nothing?, nil: break
            }
        }
        switch asn?.answer(of: address) {
        case .record(let record)?: known.asn = record.integer(["autonomous_system_number"]).map(Slot.int) ?? .null
        case .failed?: known.asn = .unknown
        case .nothing?, nil: break
        }
        switch anonymous?.answer(of: address) {
        case .record(let record)?: known.isAnonymous = record.flag(["is_anonymous"]).map(Slot.bool) ?? .unknown
        // Only an address that the database does not list is known not to be anonymous.
        case .nothing?: known.isAnonymous = .bool(false)
        case .failed?: known.isAnonymous = .unknown
        case nil: break
        }
        if let name = networks?[address] { known.network = Self.slot(name, &memo) }
        return known
    }

    private static func slot(_ text: String, _ memo: inout Memo) -> Slot {
        if let slot = memo.texts[text] { return slot }
        let slot = memo.arena.copy(text)
        memo.texts[text] = slot
        return slot
    }
}
