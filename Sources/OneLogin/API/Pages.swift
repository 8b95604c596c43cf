import Directory
import FieldStorage
import HTTPTransport
import JSONScanning

/// The bytes of an answer at an address that does not move, for slots that point into them.
final class AnswerBytes: Sendable {
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    init(_ body: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, body.count), alignment: 16)
        memory.copyBytes(from: body)
        bytes = UnsafeRawBufferPointer(start: memory.baseAddress, count: body.count)
    }

    deinit { bytes.deallocate() }
}

/// Why an answer is no page, as a clause.
struct MalformedPage: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Rows of a page, whichever paging style brought them, and where the next page begins.
struct RowPage {
    private let owner: AnswerBytes
    /// The rows as slices of ``owner``.
    let rows: [JSONValue]
    /// nil when this was the last page.
    let next: String?
    let total: Int?

    /// A v1 page: an envelope with `data` and `pagination.after_cursor`, which alone says whether there is more.
    ///
    /// - Parameters:
    ///   - list: The list's own name, where it is not `data`.
    ///   - isPaged: Whether the answer must say where the next page is: one without it is no list's last page.
    /// - Throws: ``MalformedPage`` for an answer without its list, which is none and not an empty one.
    init(envelope answer: HTTPResponse, list: String? = nil, isPaged: Bool = true) throws(MalformedPage) {
        owner = AnswerBytes(answer.body)
        guard let members = JSONMembers(envelope: owner.bytes) else { throw MalformedPage("it is no object") }
        let pagination = members["pagination"].flatMap { JSONMembers($0.text) }
        if isPaged, pagination == nil { throw MalformedPage("it has no `pagination`") }
        next = pagination?.text("after_cursor") ?? members.text("afterCursor")
        if next == nil, pagination?.text("next_link") != nil {
            throw MalformedPage("it names a next page without a cursor")
        }
        total = members.integer("total").map { Int($0) }
        var data = members["data"]
        if let list {
            // `otp_devices` are inside `data`; the users of a privilege are at the top.
            let inner = data.flatMap { JSONMembers(envelope: $0.text) } ?? members
            data = inner[list]
        }
        guard let data, data.kind == .array else { throw MalformedPage("it has no list `\(list ?? "data")`") }
        rows = try Self.elements(data.text)
    }

    /// A v2 page: a bare array; the headers say whether there is more.
    ///
    /// - Parameter page: The number of this page when pages are counted, for servers that send totals and no cursor.
    init(array answer: HTTPResponse, page: Int) throws(MalformedPage) {
        owner = AnswerBytes(answer.body)
        var cursor = JSONCursor(owner.bytes)
        guard (try? cursor.peekKind()) == .array else { throw MalformedPage("it is no list") }
        rows = try Self.elements(owner.bytes)
        total = answer.headers["Total-Count"].flatMap { Int($0) }
        if let cursor = answer.headers["After-Cursor"], !cursor.isEmpty {
            next = cursor
        } else if let pages = answer.headers["Total-Pages"].flatMap({ Int($0) }), page > 0, page < pages {
            next = PageCursor.page(page + 1).text
        } else {
            next = nil
        }
    }

    private static func elements(_ text: UnsafeRawBufferPointer) throws(MalformedPage) -> [JSONValue] {
        let elements = JSONElements(text)
        if let rest = elements.rest { throw MalformedPage("\(rest.fault)") }
        return Array(elements)
    }

    /// The rows as records; those that cannot be read are told with their text.
    func records<Record>(
        place: String, _ known: JSONKeyTable, _ read: (JSONMembers) throws(UnreadableRecord) -> Record
    ) -> (records: [Record], unreadable: [UnreadableText], unknown: UnknownFieldCounts) {
        var records: [Record] = []
        var unreadable: [UnreadableText] = []
        var unknown = UnknownFieldCounts()
        for row in rows {
            do throws(UnreadableRecord) {
                guard row.kind == .object else { throw UnreadableRecord(reason: "the row is no object") }
                guard let members = JSONMembers(row.text, known: known, &unknown) else {
                    throw UnreadableRecord(brokenRow: row.text)
                }
                records.append(try read(members))
            } catch {
                unreadable.append(
                    UnreadableText(
                        place: place, reason: error.reason,
                        text: String(decoding: row.text.prefix(UnreadableText.textLimit), as: UTF8.self)))
            }
        }
        return (records, unreadable, unknown)
    }

    /// The rows as activities, which point into the answer's bytes.
    func activities(
        place: String, decoder: any ActivityDecoder
    ) -> (batch: ActivityBatch, unreadable: [UnreadableText], unknown: UnknownFieldCounts) {
        let batch = ActivityBatch(capacity: rows.count)
        batch.retain(owner)
        var unreadable: [UnreadableText] = []
        for row in rows {
            do throws(UnreadableRecord) {
                try decoder.decode(row.text, into: batch, source: .api)
            } catch {
                unreadable.append(
                    UnreadableText(
                        place: place, reason: error.reason,
                        text: String(decoding: row.text.prefix(UnreadableText.textLimit), as: UTF8.self)))
            }
        }
        return (batch, unreadable, WireMemory.takeUnknownFields(of: batch))
    }
}

extension UnreadableRecord {
    /// Why an object is none.
    fileprivate init(brokenRow text: UnsafeRawBufferPointer) {
        do throws(JSONFault) {
            var cursor = JSONCursor(text)
            _ = try cursor.value()
            try cursor.finish()
            self.init(reason: "the row is no object")
        } catch {
            self.init(error)
        }
    }
}

/// Where a v2 page begins: a cursor of the server, sent alone, or a page number.
enum PageCursor: Equatable {
    case page(Int)
    case cursor(String)

    private static let mark = "page:"

    /// The place that ``text`` names; the first page for nil.
    init(_ text: String?) {
        guard let text else { self = .page(1); return }
        if text.hasPrefix(Self.mark), let number = Int(text.dropFirst(Self.mark.count)) {
            self = .page(number)
        } else {
            self = .cursor(text)
        }
    }

    var text: String {
        switch self {
        case .page(let number): Self.mark + String(number)
        case .cursor(let text): text
        }
    }

    /// What to ask with: a cursor next to `limit` or `page` is an error of the API.
    func query(limit: Int) -> [(String, String)] {
        switch self {
        case .page(1): [("limit", String(limit))]
        case .page(let number): [("limit", String(limit)), ("page", String(number))]
        case .cursor(let text): [("cursor", text)]
        }
    }

    var number: Int { if case .page(let number) = self { number } else { 0 } }
}
