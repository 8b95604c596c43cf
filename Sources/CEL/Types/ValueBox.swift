public import FieldStorage
import Timekeeping

/// What a slot's reference points to: a list, a map, an object or any other value that sixteen bytes do not hold.
///
/// A list of scalars, and a list of objects, is also laid out as slots, so that a compiled expression walks it without
/// touching a Swift array.
public final class ValueBox: @unchecked Sendable {
    // Everything is set in init and only read afterwards.
    public let value: Value
    /// The elements of a list as slots; nil when the value is no list or an element has no scalar form.
    public let slots: UnsafeBufferPointer<Slot>?
    /// The rows of a list of objects; nil when the value is not such a list.
    let rows: UnsafeBufferPointer<UnsafePointer<Slot>>?
    /// One piece of memory for the slots and behind them their text, so that a walk touches neighbours.
    private let block: UnsafeMutableRawPointer?

    /// A box that holds `value`.
    public init(_ value: Value) {
        self.value = value
        guard case .list(let elements) = value else {
            (slots, rows, block) = (nil, nil, nil)
            return
        }
        if !elements.isEmpty, elements.allSatisfy({ $0.objectValue != nil }) {
            let room = UnsafeMutableBufferPointer<UnsafePointer<Slot>>.allocate(capacity: elements.count)
            for (place, element) in elements.enumerated() {
                if let object = element.objectValue { room.initializeElement(at: place, to: object.row) }
            }
            (slots, rows, block) = (nil, UnsafeBufferPointer(room), nil)
            return
        }
        rows = nil
        guard elements.allSatisfy(\.hasScalarSlot) else {
            (slots, block) = (nil, nil)
            return
        }
        let (block, room) = Self.lay(out: elements)
        self.block = block
        slots = UnsafeBufferPointer(start: room, count: elements.count)
    }

    private static func lay(out elements: [Value]) -> (UnsafeMutableRawPointer, UnsafePointer<Slot>) {
        let slotBytes = elements.count * MemoryLayout<Slot>.stride
        let textBytes = elements.reduce(0) { sum, element in
            if case .string(let text) = element { return sum + text.utf8.count }
            return sum
        }
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, slotBytes + textBytes), alignment: MemoryLayout<Slot>.alignment)
        let room = block.bindMemory(to: Slot.self, capacity: elements.count)
        var end = block + slotBytes
        for (place, element) in elements.enumerated() {
            guard case .string(var text) = element else {
                (room + place).initialize(to: element.slotWithoutText ?? .null)
                continue
            }
            text.withUTF8 { bytes in
                if let base = bytes.baseAddress { end.copyMemory(from: base, byteCount: bytes.count) }
                (room + place).initialize(to: .string(UnsafeRawBufferPointer(start: end, count: bytes.count)))
                end += bytes.count
            }
        }
        return (block, UnsafePointer(room))
    }

    deinit {
        block?.deallocate()
        rows?.deallocate()
    }

    /// The box that a slot's reference points to; the slot's owner keeps it alive.
    @inline(__always)
    static func at(_ slot: Slot) -> Unmanaged<ValueBox>? {
        UnsafeRawPointer(bitPattern: UInt(slot.bits)).map { Unmanaged<ValueBox>.fromOpaque($0) }
    }
}

/// A record inside a list, such as one of a user's devices, that owns its slots.
public final class ObjectValue: @unchecked Sendable {
    // Everything is set in init and only read afterwards.
    public let type: ObjectType
    private let storage: UnsafeMutablePointer<Slot>
    private let arena: TextArena
    private let boxes: [ValueBox]

    /// The row of slots, as many as the type has.
    public var row: UnsafePointer<Slot> { UnsafePointer(storage) }

    /// A record from values by field name.
    ///
    /// - Parameter missing: What fields without a value hold: null, or unknown.
    public convenience init(type: ObjectType, fields: [String: Value], missing: Slot = .null) {
        let arena = TextArena(chunkSize: 64)
        var boxes: [ValueBox] = []
        var slots = [Slot](repeating: missing, count: type.slotCount)
        for field in type.fields {
            guard let value = fields[field.name] else { continue }
            slots[field.slot] = value.slot(text: arena, boxes: &boxes)
        }
        self.init(type: type, slots: slots, arena: arena, boxes: boxes)
    }

    /// A record that copies a row, its text and the references it holds.
    public convenience init(type: ObjectType, copying row: UnsafePointer<Slot>) {
        let arena = TextArena(chunkSize: 64)
        var boxes: [ValueBox] = []
        var slots: [Slot] = []
        for place in 0..<type.slotCount {
            let slot = row[place]
            switch slot.tag {
            case .string: slots.append(arena.copy(slot.text))
            case .reference:
                if let box = ValueBox.at(slot)?.takeUnretainedValue() { boxes.append(box) }
                slots.append(slot)
            default: slots.append(slot)
            }
        }
        self.init(type: type, slots: slots, arena: arena, boxes: boxes)
    }

    private init(type: ObjectType, slots: [Slot], arena: TextArena, boxes: [ValueBox]) {
        self.type = type
        self.arena = arena
        self.boxes = boxes
        storage = .allocate(capacity: max(1, slots.count))
        for (place, slot) in slots.enumerated() { (storage + place).initialize(to: slot) }
    }

    deinit { storage.deallocate() }

    /// The value of each field, in the type's order; a field that may not be known reads as null here.
    public var fieldValues: [Value] {
        type.fields.map { Value(scalarOrBox: storage[$0.slot]) ?? .null }
    }
}
