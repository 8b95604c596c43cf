import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// The rules with memory of an engine, put together where they remember the same, and found by kind and type.
final class OrderedRules {
    let units: [OrderedUnit]
    /// Those that silence can make fire.
    let timed: [OrderedUnit]
    private let index: KindIndex
    private let candidates: CandidateMemo
    private let references: UnsafeMutablePointer<Unmanaged<OrderedUnit>>

    init(_ rules: [ActivityRule], _ limits: EngineLimits) {
        units = Self.units(
            of: rules.filter(\.isOrdered), hasSignals: rules.contains { $0.bound.rule.isSignal }, limits)
        timed = units.filter { $0.verb?.waitsForSilence ?? false }
        index = KindIndex(units.map { (true, $0.lead.anchors) })
        candidates = CandidateMemo()
        references = .allocate(capacity: max(1, units.count))
        for (place, unit) in units.enumerated() { (references + place).initialize(to: .passUnretained(unit)) }
    }

    deinit { references.deallocate() }

    /// Lets a unit do something, without counting references to it.
    @inline(__always)
    func with<Result>(_ number: UInt32, _ body: (OrderedUnit) -> Result) -> Result {
        references[Int(number)]._withUnsafeGuaranteedRef(body)
    }

    /// Whose silence means something next, and when, if that is before `edge`; of several the first, since signal
    /// rules are before those that read them.
    func firstDeadline(before edge: Timestamp) -> (unit: OrderedUnit, deadline: Timestamp)? {
        var first: (unit: OrderedUnit, deadline: Timestamp)?
        for unit in timed {
            guard let deadline = unit.verb?.nextDeadline, deadline < first?.deadline ?? edge else { continue }
            first = (unit, deadline)
        }
        return first
    }

    private static func units(
        of rules: [ActivityRule], hasSignals: Bool, _ limits: EngineLimits
    ) -> [OrderedUnit] {
        var order: [[ActivityRule]] = []
        var places: [String: Int] = [:]
        for rule in rules {
            guard var name = rule.memoryName else {
                order.append([rule])
                continue
            }
            // Rules of two policies may see different signals.
            if hasSignals { name += "\(rule.policy)" }
            if let place = places[name] {
                order[place].append(rule)
            } else {
                places[name] = order.count
                order.append([rule])
            }
        }
        var readers: [String: KeyReader] = [:]
        var matches: [String: SharedMatch] = [:]
        var users: [String: Int] = [:]
        for group in order { if let text = group[0].matchName { users[text, default: 0] += 1 } }
        return order.map { group in
            let lead = group[0]
            var reader = KeyReader(lead.body.verb?.by ?? [])
            if let name = lead.keyName {
                reader = readers[name] ?? reader
                readers[name] = reader
            }
            var match: SharedMatch?
            if let name = lead.matchName, users[name, default: 0] > 1 {
                match = matches[name] ?? SharedMatch()
                matches[name] = match
            }
            return OrderedUnit(group, lead, keys: reader, match: match, limits)
        }
    }

    /// The numbers of the units that may care for an activity, rising; good until the next call.
    @inline(__always)
    func units(of row: UnsafePointer<Slot>) -> UnsafeBufferPointer<UInt32> {
        let kind = row[ActivityField.kind.rawValue]
        let type = row[ActivityField.typeID.rawValue]
        return candidates.find(kind, type) ?? candidates.keep(kind, type, look(kind, type))
    }

    private func look(_ kind: Slot, _ type: Slot) -> [UInt32] {
        var found = Set(index.candidates(kind: kind).ordered)
        if let others = index.candidates(type: type) { found.formUnion(others.ordered) }
        return found.sorted().map { UInt32($0) }
    }
}

/// Which units care for a kind and type, as found before: a few hundred pairs make up any feed.
private final class CandidateMemo {
    private struct Entry {
        var type = Slot.unknown
        /// Text of its own.
        var kind = UnsafeRawBufferPointer(start: nil, count: 0)
        var units = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    }

    private static let size = 1024
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: Self.size)
        entries.initialize(repeating: Entry(), count: Self.size)
    }

    deinit {
        for place in 0..<Self.size { forget(place) }
        entries.deallocate()
    }

    private func forget(_ place: Int) {
        entries[place].kind.deallocate()
        entries[place].units.deallocate()
    }

    @inline(__always)
    private static func place(_ kind: Slot, _ type: Slot) -> Int {
        Int(truncatingIfNeeded: type.bits &+ UInt64(kind.count) &* 31) & (size - 1)
    }

    @inline(__always)
    func find(_ kind: Slot, _ type: Slot) -> UnsafeBufferPointer<UInt32>? {
        let entry = entries + Self.place(kind, type)
        guard entry.pointee.type.bits == type.bits, entry.pointee.type.tag == type.tag,
            entry.pointee.kind.count == Int(kind.count), Self.isSame(entry.pointee.kind, kind.text)
        else { return nil }
        return UnsafeBufferPointer(entry.pointee.units)
    }

    @inline(__always)
    private static func isSame(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Bool {
        guard let left = one.baseAddress, let right = two.baseAddress else { return one.count == two.count }
        var place = 0
        while place &+ 8 <= one.count {
            let word = left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            if word != right.loadUnaligned(fromByteOffset: place, as: UInt64.self) { return false }
            place &+= 8
        }
        while place < one.count {
            if left.load(fromByteOffset: place, as: UInt8.self) != right.load(fromByteOffset: place, as: UInt8.self) {
                return false
            }
            place &+= 1
        }
        return true
    }

    func keep(_ kind: Slot, _ type: Slot, _ units: [UInt32]) -> UnsafeBufferPointer<UInt32> {
        let place = Self.place(kind, type)
        forget(place)
        let room = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: units.count)
        _ = room.initialize(from: units)
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(kind.count), alignment: 8)
        text.copyMemory(from: kind.text)
        entries[place] = Entry(type: type, kind: UnsafeRawBufferPointer(text), units: room)
        return UnsafeBufferPointer(room)
    }
}

extension ActivityRule {
    /// Rules of one name have the same `match` of the activity alone; nil: nobody knows.
    fileprivate var matchName: String? {
        guard let identity = body.identity, identity.isMatchOfActivityAlone else { return nil }
        return identity.match
    }

    /// Rules of one name have the same `by`.
    fileprivate var keyName: String? { profiles.isEmpty ? body.identity?.by : nil }

    /// Rules of one name can have one memory: sliding windows of the same activities, keys and values.
    fileprivate var memoryName: String? {
        guard let identity = body.identity, let window = identity.window, identity.isMatchOfActivityAlone,
            exclusions.isEmpty, profiles.isEmpty
        else { return nil }
        return [identity.match, identity.by ?? "", window].map { "\($0.utf8.count):\($0)" }.joined()
    }
}
