public import FieldStorage
import Timekeeping

/// From values to slots and back.
extension Value {
    /// The value that a slot holds; nil for a slot whose value may not be known.
    public init?(scalarOrBox slot: Slot) {
        switch slot.tag {
        case .null: self = .null
        case .bool: self = .bool(slot.boolValue)
        case .int: self = .int(slot.intValue)
        case .uint: self = .uint(slot.bits)
        case .double: self = .double(slot.doubleValue)
        case .string: self = .string(slot.string)
        case .timestamp:
            self = .timestamp(Timestamp(seconds: slot.intValue, nanoseconds: slot.count))
        case .duration:
            self = .duration(
                TimeSpan(seconds: slot.intValue, nanoseconds: Int64(Int32(bitPattern: slot.count))))
        case .reference:
            guard let box = ValueBox.at(slot) else { return nil }
            self = box.takeUnretainedValue().value
        case .unknown: return nil
        }
    }

    var objectValue: ObjectValue? {
        if case .object(let object) = self { return object }
        return nil
    }

    var hasScalarSlot: Bool {
        switch self {
        case .null, .bool, .int, .uint, .double, .string, .timestamp, .duration: true
        default: false
        }
    }

    /// A slot for a value that needs no box; text is copied into `text`.
    ///
    /// nil for the others.
    public func scalarSlot(text: TextArena) -> Slot? {
        if case .string(let string) = self { return text.copy(string) }
        return slotWithoutText
    }

    /// A slot for a value that is neither text nor boxed.
    var slotWithoutText: Slot? {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .uint(let number): Slot(bits: number, count: 0, tag: .uint)
        case .double(let number): .double(number)
        case .timestamp(let moment): .timestamp(seconds: moment.seconds, nanoseconds: moment.nanoseconds)
        case .duration(let span): .duration(seconds: span.seconds, nanoseconds: span.nanoseconds)
        default: nil
        }
    }

    /// A slot for any value; what needs a box is put into one and added to `boxes`, which the caller keeps.
    public func slot(text: TextArena, boxes: inout [ValueBox]) -> Slot {
        if let scalar = scalarSlot(text: text) { return scalar }
        let box = ValueBox(self)
        boxes.append(box)
        return .reference(box)
    }
}
