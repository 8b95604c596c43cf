import CEL
import Directory
import FieldStorage

/// One field of a record: what the author writes, its type, and how it is read.
struct RecordField<Record> {
    /// Reads the field of a record in a directory into a row's slot.
    typealias Read = @Sendable (Record, any DirectoryReading, RowBuffer) -> Slot

    let name: String
    let type: CELType
    let isNullable: Bool
    let doc: String
    let read: Read

    init(_ name: String, _ type: CELType, null: Bool = false, _ doc: String, _ read: @escaping Read) {
        self.name = name
        self.type = type
        isNullable = null
        self.doc = doc
        self.read = read
    }
}

/// All fields of one kind of record: feeds the checker, the evaluator, suggestions and the page of fields.
struct RecordFields<Record>: Sendable {
    let objectType: ObjectType
    private let reads: [RecordField<Record>.Read]

    init(_ name: String, _ fields: [RecordField<Record>]) {
        objectType = ObjectType(
            name: name,
            fields: fields.enumerated().map { place, field in
                ObjectType.Field(
                    name: field.name, type: field.type, isNullable: field.isNullable, slot: place, doc: field.doc)
            })
        reads = fields.map(\.read)
    }

    /// Fills the wanted slots of a row.
    ///
    /// - Parameter wanted: Slots by rising number; the others keep what they had.
    func fill(_ row: RowBuffer, with record: Record, _ directory: any DirectoryReading, wanted: [Int]) {
        row.forgetText()
        for slot in wanted { row.slots[slot] = reads[slot](record, directory, row) }
    }

    /// The record as a value of its own.
    func object(_ record: Record, _ directory: any DirectoryReading) -> ObjectValue {
        let row = RowBuffer(slotCount: reads.count)
        fill(row, with: record, directory, wanted: Array(reads.indices))
        return ObjectValue(type: objectType, copying: UnsafePointer(row.slots))
    }
}
