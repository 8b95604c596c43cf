import CEL
import Directory
import FieldStorage
import RuleLanguage

/// What `directory` is in state rules: each collection as a list of its records.
enum DirectoryRow {
    static let objectType = ObjectType(
        name: "Directory",
        fields: IdentitySchema.rows.enumerated().map { place, row in
            ObjectType.Field(
                name: row.collection, type: .list(.object(row.type)), isNullable: false, slot: place,
                doc: "every \(row.word) of the tenant")
        })

    /// The collections that rules read, with the fields of their records that rules read; nil when there are none.
    ///
    /// A collection that was not read to its end is unknown. Lists are made once a pass and hold every record.
    static func make(_ rows: some StateRows, for bindings: [BoundRule]) -> RowBuffer? {
        let wanted = Set(bindings.flatMap { $0.fields(of: objectType.name) })
        guard !wanted.isEmpty else { return nil }
        let buffer = RowBuffer(slotCount: objectType.slotCount)
        for (place, kind) in IdentitySchema.rows.enumerated() where wanted.contains(kind.collection) {
            buffer.slots[place] = buffer.objects(records(of: kind, rows, bindings))
        }
        return buffer
    }

    private static func records(
        of kind: Schema.Row, _ rows: some StateRows, _ bindings: [BoundRule]
    ) -> [ObjectValue]? {
        guard rows.missing(kind.word) == nil, let type = IdentitySchema.schema.object(kind.type) else { return nil }
        let fields = Set(bindings.flatMap { $0.fields(of: kind.type) }).sorted()
        guard let filler = rows.filler(of: kind.word, wanted: fields) else { return [] }
        return (0..<filler.count).map { place in
            filler.fill(place)
            return ObjectValue(type: type, copying: UnsafePointer(filler.buffer.slots))
        }
    }
}
