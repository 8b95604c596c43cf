import CEL
import Directory
import FieldStorage
import Timekeeping

/// Which fields of an activity are kept when it has to wait or to be remembered: those that rules read.
struct HeldFields: Sendable {
    /// Slots of an activity's row, rising.
    let slots: [Int]

    /// - Parameter names: Field names as rules write them, in any order.
    init(names: Set<String>) {
        let always: [ActivityField] = [.id, .time, .kind, .typeID, .userID, .actorID]
        let read = ActivityFields.objectType.fields.filter { names.contains($0.name) }.map(\.slot)
        slots = Set(always.map(\.rawValue) + read).sorted()
    }
}

/// The activity that rules with memory look at now.
struct Observed {
    let time: Timestamp
    /// Its fields; their text is good until the next activity.
    let row: UnsafePointer<Slot>
    /// Another number for every activity.
    let turn: UInt64

    var idSlot: Slot { row[ActivityField.id.rawValue] }
    /// The id, as text.
    var id: String { idSlot.tag == .string ? idSlot.string : "" }
}

/// An activity that a rule remembers: the fields that it reads, and their text, in one block.
final class HeldActivity: @unchecked Sendable {
    // Unchecked: everything is written in init and only read afterwards.
    let time: Timestamp
    /// Bytes of the fields and their text.
    private let blockBytes: Int
    private let memory: UnsafeMutableRawPointer
    private let idPlace: Int

    init(copying row: UnsafePointer<Slot>, at time: Timestamp, _ fields: HeldFields) {
        var textBytes = 0
        for slot in fields.slots where row[slot].tag == .string { textBytes += Int(row[slot].count) }
        let slotBytes = fields.slots.count * MemoryLayout<Slot>.stride
        blockBytes = slotBytes + textBytes
        memory = .allocate(byteCount: blockBytes, alignment: MemoryLayout<Slot>.alignment)
        let slots = memory.bindMemory(to: Slot.self, capacity: fields.slots.count)
        var text = memory + slotBytes
        var idPlace = 0
        for (place, index) in fields.slots.enumerated() {
            let slot = row[index]
            if index == ActivityField.id.rawValue { idPlace = place }
            guard slot.tag == .string else {
                slots[place] = slot
                continue
            }
            let bytes = slot.text
            if let base = bytes.baseAddress { text.copyMemory(from: base, byteCount: bytes.count) }
            slots[place] = .string(UnsafeRawBufferPointer(start: text, count: bytes.count))
            text += bytes.count
        }
        self.idPlace = idPlace
        self.time = time
    }

    deinit { memory.deallocate() }

    /// Bytes held, with those of the object itself.
    var byteCount: Int { blockBytes + 64 }

    private var slots: UnsafePointer<Slot> { UnsafePointer(memory.assumingMemoryBound(to: Slot.self)) }

    /// The id, as text.
    var id: String { slots[idPlace].tag == .string ? slots[idPlace].string : "" }

    /// Writes the fields into a row of an activity; the other slots stay as they are.
    func write(to row: UnsafeMutablePointer<Slot>, _ fields: HeldFields) {
        let slots = slots
        for (place, index) in fields.slots.enumerated() { row[index] = slots[place] }
    }

    /// The order of evaluation: time, then id by its bytes.
    static func isBefore(_ left: HeldActivity, _ right: HeldActivity) -> Bool {
        if left.time != right.time { return left.time < right.time }
        let one = left.slots[left.idPlace].text
        let two = right.slots[right.idPlace].text
        return one.lexicographicallyPrecedes(two)
    }
}
