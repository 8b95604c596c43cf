import CEL
import Directory
import FieldStorage
import Timekeeping

/// Memory for one row of slots and what they point to, used again for the next row.
final class RowBuffer {
    /// The row, as many slots as its type has.
    let slots: UnsafeMutablePointer<Slot>
    private let count: Int
    private let arena = TextArena(chunkSize: 16 * 1024)
    private var boxes: [ValueBox] = []
    /// Whether there is text or a box of the row before.
    @exclusivity(unchecked) private var isUsed = false

    /// A row whose slots are null.
    init(slotCount: Int) {
        count = max(1, slotCount)
        slots = .allocate(capacity: count)
        slots.initialize(repeating: .null, count: count)
    }

    deinit { slots.deallocate() }

    /// Makes every slot null and gives back the text of the row before.
    func reset() {
        slots.update(repeating: .null, count: count)
        forgetText()
    }

    /// Gives back the text and the boxes of the row before; slots that are not written again point nowhere.
    @inline(__always)
    func forgetText() {
        if isUsed { giveBack() }
    }

    private func giveBack() {
        isUsed = false
        arena.removeAll()
        boxes.removeAll(keepingCapacity: true)
    }

    func text(_ value: String?) -> Slot {
        guard let value else { return .null }
        isUsed = true
        return arena.copy(value)
    }
    func int(_ value: Int64?) -> Slot { value.map { .int($0) } ?? .null }
    func bool(_ value: Bool?) -> Slot { value.map { .bool($0) } ?? .null }
    func time(_ value: Timestamp?) -> Slot {
        value.map { .timestamp(seconds: $0.seconds, nanoseconds: $0.nanoseconds) } ?? .null
    }

    /// An integer; nil is one that is not known.
    func known(_ value: Int64?) -> Slot { value.map { .int($0) } ?? .unknown }

    /// A list of text; nil is a list that is not known.
    func texts(_ values: [String]?) -> Slot { values.map { box(.list($0.map(Value.string))) } ?? .unknown }

    /// A list of integers; nil is a list that is not known.
    func ints(_ values: [Int64]?) -> Slot { values.map { box(.list($0.map(Value.int))) } ?? .unknown }

    /// A list of records; nil is a list that is not known.
    func objects(_ values: [ObjectValue]?) -> Slot { values.map { box(.list($0.map(Value.object))) } ?? .unknown }

    /// A slot for any value.
    func any(_ value: Value) -> Slot {
        isUsed = true
        return value.scalarSlot(text: arena) ?? box(value)
    }

    private func box(_ value: Value) -> Slot {
        isUsed = true
        let made = ValueBox(value)
        boxes.append(made)
        return .reference(made)
    }
}
