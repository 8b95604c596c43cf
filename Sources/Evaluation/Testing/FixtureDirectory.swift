import CEL
import Directory
import FieldStorage
import RuleLanguage
import Timekeeping

/// The directory that a test describes, through time.
struct FixtureDirectory: StateRows, UserRows {
    /// The fields of one row from a moment on, exclusive; nil: it is gone.
    private struct Version {
        let from: Timestamp
        let fields: [String: FixtureValue]?
    }

    private struct Entry {
        let word: String
        var versions: [Version]

        /// The fields just before `moment`.
        func fields(before moment: Timestamp) -> [String: FixtureValue]? {
            versions.last { $0.from < moment || $0.from == .earliest }?.fields
        }

        /// The fields at `moment`, with what happens at it.
        func fields(at moment: Timestamp) -> [String: FixtureValue]? {
            versions.last { $0.from <= moment }?.fields
        }
    }

    private var entries: [Entry] = []
    private var places: [String: Int] = [:]
    private let moment: Timestamp

    /// The directory of a test; state rules look at it as of its start.
    init(_ test: RuleTest) {
        moment = test.start
        for row in test.directory {
            let created: Timestamp
            if case .time(let time)? = row.fields["created_at"] { created = time } else { created = .earliest }
            set(row.word, row.fields["id"] ?? .int(Int64(entries.count)), row.fields, from: created)
        }
        for change in test.changes {
            let known = places[Self.name(change.word, change.id)].flatMap { entries[$0].versions.last?.fields }
            let merged = change.set.map { (known ?? ["id": change.id]).merging($0) { _, new in new } }
            set(change.word, change.id, merged, from: change.time)
        }
    }

    private static func name(_ word: String, _ id: FixtureValue) -> String {
        switch id {
        case .int(let number): "\(word) \(number)"
        case .text(let text): "\(word) \(text)"
        default: "\(word) \(id)"
        }
    }

    private mutating func set(
        _ word: String, _ id: FixtureValue, _ fields: [String: FixtureValue]?, from moment: Timestamp
    ) {
        let name = Self.name(word, id)
        let version = Version(from: moment, fields: fields)
        if let place = places[name] {
            entries[place].versions.append(version)
        } else {
            places[name] = entries.count
            entries.append(Entry(word: word, versions: [version]))
        }
    }

    // MARK: What rules read

    func missing(_ word: String) -> String? { nil }

    func filler(of word: String, wanted: [String]) -> RowFiller? {
        guard let name = IdentitySchema.schema.row(word)?.type, let type = IdentitySchema.schema.object(name) else {
            return nil
        }
        let rows = entries.filter { $0.word == word }.compactMap { $0.fields(at: moment) }
        let buffer = RowBuffer(slotCount: type.slotCount)
        return RowFiller(count: rows.count, buffer: buffer) { FixtureRow.fill(buffer, type, with: rows[$0]) }
    }

    func fill(_ row: RowBuffer, id: Int64, at moment: Timestamp, wanted: [Int]) -> Bool {
        guard let place = places[Self.name("user", .int(id))], let fields = entries[place].fields(before: moment) else {
            return false
        }
        FixtureRow.fill(row, UserFields.all.objectType, with: fields)
        return true
    }

    /// The activities of a test, in order of arrival.
    static func activities(_ fixtures: [RuleTest.ActivityFixture]) -> ActivityBatch {
        let batch = ActivityBatch(capacity: fixtures.count)
        for (number, fixture) in fixtures.enumerated() {
            let row = batch.append()
            let digits = String(number)
            let name = "fixture-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            batch[row, .id] = batch.arena.copy(name)
            batch[row, .observedBy] = batch.arena.copy(ActivitySource.file.rawValue)
            batch[row, .time] = .timestamp(seconds: fixture.time.seconds, nanoseconds: fixture.time.nanoseconds)
            write(fixture.fields, to: batch, row)
        }
        return batch
    }

    private static func write(_ fields: [String: FixtureValue], to batch: ActivityBatch, _ row: Int) {
        if case .text(let kind)? = fields["kind"] {
            let known = ActivityKind.named(kind)
            batch[row, .type] = known?.typeNameSlot ?? batch.arena.copy("UNKNOWN")
            batch[row, .typeID] = .int(known?.typeID ?? 0)
        }
        for field in ActivityFields.objectType.fields {
            guard let written = fields[field.name], let slot = ActivityField(rawValue: field.slot) else { continue }
            let value = FixtureRow.value(written, field.type)
            if let scalar = value.scalarSlot(text: batch.arena) { batch[row, slot] = scalar }
        }
    }
}
