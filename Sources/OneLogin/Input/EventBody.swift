public import Directory

/// The events of one body that OneLogin's event broadcaster sent: a JSON array, one object, or an object a line, each
/// wrapped in `event` or not.
public struct EventBody: Sendable {
    /// Events of one body at most; OneLogin sends ten.
    public static let recordLimit = 10_000

    /// What could be read; its slots point into memory that it keeps.
    public let batch: ActivityBatch
    /// What could not, with why.
    public let unreadable: [UnreadableText]
    /// Members of the events that are not known here.
    public let unknownFields: UnknownFieldCounts
    /// There are more than ``recordLimit``; those beyond are in neither.
    public let isOverLimit: Bool

    /// - Parameters:
    ///   - body: Copied once.
    ///   - place: What quarantine says of where a record was.
    ///   - source: The feed that the body came by.
    public init(
        _ body: [UInt8], place: String, source: ActivitySource = .webhook,
        decoder: any ActivityDecoder = WireActivityDecoder()
    ) {
        var walk = RecordWalk(bytes: body)
        let block = walk.reader.block
        var records: [RecordWalk.Record] = []
        var unreadable: [UnreadableText] = []
        var isOverLimit = false
        func refuse(_ reason: String, _ text: UnsafeRawBufferPointer, _ line: Int) {
            unreadable.append(
                UnreadableText(
                    place: "\(place):\(line)", reason: reason,
                    text: String(decoding: text.prefix(UnreadableText.textLimit), as: UTF8.self)))
        }
        do {
            try walk.run { finding in
                guard records.count + unreadable.count < Self.recordLimit else {
                    isOverLimit = true
                    return false
                }
                switch finding {
                case .record(let record): records.append(record)
                case .unreadable(let reason, let text, let line): refuse(reason, text, line)
                }
                return true
            }
        } catch {
            refuse("\(error)", UnsafeRawBufferPointer(start: nil, count: 0), 1)
        }
        batch = ActivityBatch(capacity: records.count)
        for record in records {
            do throws(UnreadableRecord) {
                try decoder.decode(record.text, into: batch, source: source)
            } catch {
                refuse(error.reason, record.text, record.line)
            }
        }
        batch.retain(block)
        unknownFields = WireMemory.takeUnknownFields(of: batch)
        self.unreadable = unreadable
        self.isOverLimit = isOverLimit
    }
}
