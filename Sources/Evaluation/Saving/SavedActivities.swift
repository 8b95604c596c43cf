import Directory
import FieldStorage
import Timekeeping

/// Fields of activities in a saved state.
extension StateWriter {
    mutating func write(_ slot: Slot) throws(StateFault) {
        write(slot.tag.rawValue)
        switch slot.tag {
        case .null, .unknown: break
        case .string: write(slot.text)
        case .reference: throw .unsavable("a list or map among the fields of an activity")
        default:
            write(slot.bits)
            write(slot.count)
        }
    }

    /// Writes a remembered activity.
    mutating func write(_ activity: HeldActivity, _ scratch: SavingScratch) throws(StateFault) {
        write(activity.time)
        activity.write(to: scratch.row, scratch.fields)
        for slot in scratch.fields.slots { try write(scratch.row[slot]) }
    }
}

extension StateReader {
    /// A slot; its text is where the bytes are.
    mutating func readSlot() throws(StateFault) -> Slot {
        guard let tag = Slot.Tag(rawValue: try read()) else { throw .damaged("there is no slot of that kind") }
        switch tag {
        case .null, .unknown: return Slot(bits: 0, count: 0, tag: tag)
        case .string: return .string(try readContent())
        case .reference: throw .damaged("a slot points somewhere")
        default:
            let slot = Slot(bits: try read(), count: try read(), tag: tag)
            guard tag != .timestamp || slot.count < 1_000_000_000 else { throw .damaged("a moment that is none") }
            return slot
        }
    }

    mutating func readActivity(_ scratch: SavingScratch) throws(StateFault) -> HeldActivity {
        let time = try readMoment()
        for slot in scratch.fields.slots { scratch.row[slot] = try readSlot() }
        return HeldActivity(copying: scratch.row, at: time, scratch.fields)
    }
}

/// Which fields a rule remembers of activities, and a row to lay them out in.
struct SavingScratch {
    let fields: HeldFields
    let row: UnsafeMutablePointer<Slot>
}
