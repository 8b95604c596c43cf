import Diagnostics
import FieldStorage

// What comparisons with constants ask about a slot: one struct a question, so that each becomes one closure.

struct EqualsText: SlotTest {
    let wanted: Slot
    let holder: ConstantText
    let yes: Truth
    let no: Truth

    init(_ text: String, _ yes: Truth, _ no: Truth) {
        holder = ConstantText(text)
        wanted = holder.slot
        self.yes = yes
        self.no = no
    }

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        slot.tag == .string && textEqual(slot, wanted) ? yes : no
    }
}

struct EqualsInt: SlotTest {
    let number: Int64
    let yes: Truth
    let no: Truth

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        if slot.tag == .int { return slot.intValue == number ? yes : no }
        return slotsEqual(slot, .int(number)) ? yes : no
    }
}

/// Equality with a constant that is neither text nor an int.
struct EqualsSlot: SlotTest {
    let wanted: Slot
    let yes: Truth
    let no: Truth

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth { slotsEqual(slot, wanted) ? yes : no }
}

struct IsNull: SlotTest {
    let yes: Truth
    let no: Truth

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth { slot.tag == .null ? yes : no }
}

/// A field or variable that is itself true or false.
struct IsTrue: SlotTest {
    let name: String

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        if slot.tag == .bool { return slot.bits != 0 ? .yes : .no }
        return frame.context.undecided(slot.tag == .null ? .null(name: name) : .noOverload("a condition"))
    }
}

struct InTexts: SlotTest {
    let texts: TextSet

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth { slot.tag == .string && texts.contains(slot) ? .yes : .no }
}

struct InNumbers: SlotTest {
    let numbers: NumberSet

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        slot.tag == .int && numbers.contains(slot.intValue) ? .yes : .no
    }
}

/// Membership in a constant list of anything else.
struct InValues: SlotTest {
    let elements: [Value]

    func test(_ slot: Slot, _ frame: Frame) -> Truth { slowMembership(slot, .list(elements)) }
}

/// The orders for which an operator holds.
struct WantedOrder: Sendable {
    /// 1 for less, 2 for equal, 4 for greater.
    private let bits: Int
    let mark: String
    let span: Span

    init(_ operation: BinaryOperator, span: Span) {
        bits =
            switch operation {
            case .less: 1
            case .lessOrEqual: 3
            case .greater: 4
            default: 6
            }
        mark = operation.rawValue
        self.span = span
    }

    @inline(__always)
    func holds(_ first: Slot, _ second: Slot, _ frame: Frame) -> Truth {
        let order = slotsOrder(first, second)
        if order < 2 { return holds(order) }
        return order == 2 ? .no : refuse(first, second, frame)
    }

    @inline(__always)
    func holds(_ order: Int) -> Truth { bits >> (order + 1) & 1 == 1 ? .yes : .no }

    @inline(never)
    private func refuse(_ first: Slot, _ second: Slot, _ frame: Frame) -> Truth {
        let isNull = first.tag == .null || second.tag == .null
        return frame.context.undecided(isNull ? .null(name: "an operand of \(mark)") : .noOverload(mark), at: span)
    }
}

/// The order to a constant.
struct OrderedToInt: SlotTest {
    let number: Int64
    let wanted: WantedOrder

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        if slot.tag == .int { return wanted.holds(order(slot.intValue, number)) }
        return wanted.holds(slot, .int(number), frame)
    }
}

/// The order to a constant that is no int and no text.
struct OrderedToSlot: SlotTest {
    let other: Slot
    let wanted: WantedOrder

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth { wanted.holds(slot, other, frame) }
}

/// Membership by values, for lists that have no form as slots.
func slowMembership(_ slot: Slot, _ list: Value) -> Truth {
    guard let wanted = Value(scalarOrBox: slot), case .list(let elements) = list else { return .no }
    return elements.contains { $0.equals(wanted) } ? .yes : .no
}
