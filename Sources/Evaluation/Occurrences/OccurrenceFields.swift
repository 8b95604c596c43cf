import Directory
import FieldStorage

/// What makes two activities tell of one occurrence, as far as their type numbers say.
///
/// Built from the dictionary of kinds: types that share a kind with another may tell of one act twice, and of a kind
/// such as `role.granted` the role is the object.
enum OccurrenceFields {
    /// One type number.
    struct Entry {
        /// The kind's number, from 1, where several types have that kind; else 0.
        var sharedKind: UInt8 = 0
        /// The slot of the object's id; -1 when the user is all there is.
        var object: Int8 = -1
    }

    /// Kinds of more than one type number, in code point order.
    static let sharedKinds: [String] = {
        let byKind = Dictionary(grouping: ActivityKind.types, by: \.kind)
        return byKind.filter { $0.value.count > 1 }.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }()

    /// By type number.
    static let entries: [Entry] = {
        let kinds = Dictionary(uniqueKeysWithValues: sharedKinds.enumerated().map { ($1, UInt8($0 + 1)) })
        var entries = [Entry](repeating: Entry(), count: Int((ActivityKind.types.map(\.typeID).max() ?? 0) + 1))
        for type in ActivityKind.types {
            entries[Int(type.typeID)] = Entry(
                sharedKind: kinds[type.kind] ?? 0, object: object(of: type.kind).map { Int8($0.rawValue) } ?? -1)
        }
        return entries
    }()

    /// The field that names what an activity of a kind was about, beside the user.
    static func object(of kind: String) -> ActivityField? {
        switch kind.prefix(while: { $0 != "." }) {
        case "role": .roleID
        case "privilege": .privilegeID
        case "app": .appID
        case "mfa": .deviceID
        case "policy": .policyID
        case "group": .groupID
        default: nil
        }
    }

    /// A hash of user, actor and object, and of what comes first.
    static func hash(_ first: UInt64, _ row: UnsafePointer<Slot>, object: Int8) -> UInt64 {
        // Mixed before ids are added: small numbers would cancel each other out.
        var hash = TextHash.mixed(first ^ 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3)
        hash = add(row[ActivityField.userID.rawValue], to: hash)
        hash = add(row[ActivityField.actorID.rawValue], to: hash)
        return object < 0 ? hash : add(row[Int(object)], to: hash)
    }

    private static func add(_ slot: Slot, to hash: UInt64) -> UInt64 {
        if slot.tag == .string { return TextHash.of(slot.text, seed: hash) }
        return TextHash.mixed(hash ^ slot.bits, UInt64(slot.tag.rawValue) ^ 0xA076_1D64_78BD_642F)
    }
}
