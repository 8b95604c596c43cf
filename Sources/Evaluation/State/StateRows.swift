import CEL
import Directory
import FieldStorage
import Timekeeping

/// The rows that state rules look at.
protocol StateRows {
    /// Why the rows of a word such as `user` are not all known; nil when they are.
    func missing(_ word: String) -> String?
    /// How to fill rows of a word, and how many there are; nil for a word without rows.
    func filler(of word: String, wanted: [String]) -> RowFiller?
    /// Who says who the super users are; nil when nobody does.
    var superUsersBy: String? { get }
}

extension StateRows {
    var superUsersBy: String? { nil }
}

/// Fills the rows of one word into one buffer.
struct RowFiller {
    let count: Int
    let buffer: RowBuffer
    /// Writes the wanted slots of a row; the text of the row before is gone then.
    let fill: (Int) -> Void
}

/// The rows of a directory.
struct DirectoryRows: StateRows {
    let index: DirectoryIndex
    let connection: String

    var superUsersBy: String? { index.superUsers?.summary }

    func missing(_ word: String) -> String? {
        guard let kind = EntityKind(rawValue: word) else { return nil }
        return switch index.snapshot.availability(of: kind) {
        case .complete: nil
        case .incomplete: "the \(kind.rawValue) collection was not read to its end"
        case .notAvailable: "the \(kind.rawValue) collection is not available"
        }
    }

    func filler(of word: String, wanted: [String]) -> RowFiller? {
        let snapshot = index.snapshot
        switch word {
        case "user": return filler(UserFields.all, wanted, snapshot.users)
        case "group": return filler(ObjectFields.group, wanted, snapshot.groups)
        case "role": return filler(ObjectFields.role, wanted, snapshot.roles)
        case "app": return filler(ObjectFields.app, wanted, snapshot.apps)
        case "privilege": return filler(ObjectFields.privilege, wanted, snapshot.privileges)
        case "device": return filler(ObjectFields.device, wanted, snapshot.devices)
        case "credential": return filler(ObjectFields.credential, wanted, snapshot.credentials)
        case "mapping": return filler(ObjectFields.mapping, wanted, snapshot.mappings)
        case "connection":
            let record = ConnectionRecord(
                name: connection, observedAt: snapshot.observedAt,
                userCount: index.isKnown(.user) ? Int64(snapshot.users.count) : nil)
            return filler(ObjectFields.connection, wanted, [record])
        default: return nil
        }
    }

    private func filler<Record>(_ fields: RecordFields<Record>, _ wanted: [String], _ records: [Record]) -> RowFiller {
        let slots = fields.objectType.fields.filter { wanted.contains($0.name) }.map(\.slot).sorted()
        let buffer = RowBuffer(slotCount: fields.objectType.slotCount)
        let index = index
        return RowFiller(count: records.count, buffer: buffer) { place in
            fields.fill(buffer, with: records[place], index, wanted: slots)
        }
    }
}
