import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// What an engine remembers as bytes: a shortcut, whose loss costs a replay and nothing else.
///
/// Not among it: ids that came, since a store gives each activity once; statistics; and what lies outside, which is the
/// directory and searches that the clock ended.
extension ActivityEngine {
    /// Raised whenever the bytes of the same rules mean something else.
    private static let form: UInt16 = 2
    private static let mark: UInt64 = 0x6574_6174_7374_6f74
    private static let checkSeed: UInt64 = 0x5851_f42d_4c95_7f2d

    /// Writes what is remembered, between two batches.
    ///
    /// Takes as long as going through all of it, and about as many bytes as `stateBytes`.
    ///
    /// - Throws: ``StateFault/unsavable(_:)`` when a rule remembers an object.
    public func savedState() throws(StateFault) -> [UInt8] {
        var writer = StateWriter()
        writer.write(Self.mark)
        writer.write(fingerprint)
        writer.write(watermark)
        try writer.write(ifAny: latestTime) { moment, writer in writer.write(moment) }
        try occurrences.save(to: &writer)
        try waiting.save(to: &writer, row: subject.slots)
        for unit in ordered.units { try unit.save(to: &writer, row: subject.slots) }
        for rule in rules { for profile in rule.profiles { try profile.save(to: &writer) } }
        writer.write(writer.bytes.withUnsafeBytes { TextHash.of($0, seed: Self.checkSeed) })
        return writer.bytes
    }

    /// Takes in what an engine of the same rules, limits and feeds wrote; this one is new.
    ///
    /// - Throws: ``StateFault`` when the bytes are not that; the engine must not be used then.
    public func restore(_ state: [UInt8]) throws(StateFault) {
        let checkSize = 8
        let outcome = state.withUnsafeBytes { bytes -> Result<Void, StateFault> in
            guard bytes.count > checkSize else { return .failure(.damaged("it ends too soon")) }
            let content = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - checkSize)])
            let check = bytes.loadUnaligned(fromByteOffset: content.count, as: UInt64.self)
            guard TextHash.of(content, seed: Self.checkSeed) == UInt64(littleEndian: check) else {
                return .failure(.damaged("its bytes changed"))
            }
            return Result { () throws(StateFault) in try restore(StateReader(content)) }
        }
        try outcome.get()
    }

    private func restore(_ state: StateReader) throws(StateFault) {
        var reader = state
        guard try reader.read() == Self.mark else { throw .damaged("it is no saved state") }
        guard try reader.readText() == fingerprint else { throw .other }
        watermark = try reader.readMoment()
        latestTime = try reader.readIfAny { reader throws(StateFault) in try reader.readMoment() }
        try occurrences.restore(from: &reader)
        try waiting.restore(from: &reader, row: subject.slots)
        for unit in ordered.units { try unit.restore(from: &reader, row: subject.slots) }
        for rule in rules { for profile in rule.profiles { try profile.restore(from: &reader) } }
        guard reader.isAtEnd else { throw .damaged("it goes on after its end") }
        counts.pending = waiting.count
        // What was read points into bytes that go now.
        subject.reset()
    }

    /// What the meaning of the bytes hangs on: form, rules and their order, fields, limits and feeds.
    private var fingerprint: String {
        let rules = rules.map { rule in
            let bound = rule.bound
            // A policy's exception may read fields, and a signal that it holds back is no state of who reads signals.
            let exceptions =
                bound.rule.isSignal ? bound.exceptions.map { "\($0.name) \($0.expires) \($0.when.text)" } : []
            let parts = ["\(bound.policy)/\(bound.rule.id)/\(bound.digest)", "\(rule.heldFields.slots)"] + exceptions
            return parts.joined(separator: "\n")
        }
        let fields = ActivityField.allCases.map { "\($0)" }
        let rest = ["\(Self.form)", "\(keyLimit)", "\(occurrences.comparesFeeds)"]
        var text = (rules + fields + rest).joined(separator: "\n")
        let hash = text.withUTF8 { TextHash.of(UnsafeRawBufferPointer($0), seed: Self.checkSeed) }
        return String(hash, radix: 16)
    }
}
