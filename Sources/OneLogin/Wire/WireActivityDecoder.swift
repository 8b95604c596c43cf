public import Directory
import FieldStorage
import JSONScanning
import Timekeeping

/// Reads OneLogin's events, in whichever of their three shapes, into batches.
///
/// A record with `event_timestamp` is a webhook's, and its `uuid` names it; else `id` does. `{"event": {…}}` is
/// unwrapped. Text is not copied unless it has escapes: slots point into the record.
///
/// Type 14 (user updated) with a `group_id` is given the kind `user.group_changed`: no event of OneLogin says that a
/// user changed group, and some feeds tell it so. Whether the group really differs from the one before is known only
/// from the directory, so the comparison of versions has the last word where there is one.
public struct WireActivityDecoder: ActivityDecoder {
    /// Type 14: user updated.
    static let userUpdated: Int64 = 14

    private let scan = JSONObjectScan(keys: WireField.keys)

    public init() {}

    public func decode(
        _ record: UnsafeRawBufferPointer, into batch: ActivityBatch, source: ActivitySource
    ) throws(UnreadableRecord) {
        let row = batch.append()
        let failure = WireMemory.of(batch)._withUnsafeGuaranteedRef { memory in
            decode(record, into: row, of: batch, memory, source)
        }
        guard let failure else { return }
        batch.removeLast()
        throw failure
    }

    /// - Returns: Why the record cannot be read.
    private func decode(
        _ record: UnsafeRawBufferPointer, into row: Int, of batch: ActivityBatch, _ memory: WireMemory,
        _ source: ActivitySource
    ) -> UnreadableRecord? {
        let end: Int
        do throws(UnreadableRecord) {
            end = try fill(row, of: batch, from: record, memory, isWrapped: false)
        } catch {
            return error
        }
        if end < record.count, let rest = record[end...].firstIndex(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            return UnreadableRecord(JSONFault(.trailingBytes, at: rest - record.startIndex))
        }
        batch[row, .observedBy] = memory.sourceSlot(source)
        return nil
    }

    /// Fills a row from the object that begins `record`.
    ///
    /// - Returns: The position after the object.
    private func fill(
        _ row: Int, of batch: ActivityBatch, from record: UnsafeRawBufferPointer, _ memory: WireMemory, isWrapped: Bool
    ) throws(UnreadableRecord) -> Int {
        let result: (end: Int, count: Int)
        do throws(JSONFault) {
            result = try scan.members(of: record, into: memory.members, memory: memory.keys)
        } catch {
            throw UnreadableRecord(error)
        }
        var reading = RowReading(slots: batch.slots(of: row), places: memory.places, arena: batch.arena)
        for index in 0..<result.count { try reading.take(memory.members[index], memory) }
        if let inner = reading.wrapped, !isWrapped, reading.typeID == nil {
            _ = try fill(row, of: batch, from: inner, memory, isWrapped: true)
        } else {
            try reading.finish(raw: UnsafeRawBufferPointer(rebasing: record[..<result.end]), memory)
        }
        return result.end
    }
}

/// Text that is never given back, for slots that every batch may hold.
enum StaticText {
    /// Copies text for the life of the process; for constants only.
    static func slot(_ text: String) -> Slot {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        memory.copyBytes(from: text.utf8)
        return .string(UnsafeRawBufferPointer(memory))
    }
}
