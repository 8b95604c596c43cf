public import Directory
import HTTPTransport
import JSONScanning

/// Pages of events.
///
/// A page that is longer than is taken is asked for in smaller pieces, and a single event that is longer is named in
/// quarantine: the events after it must not wait for it.
extension OneLoginClient {
    private static let eventsPath = "/api/1/events"

    public func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        var rows = calls.settings.eventPageRows
        while true {
            do throws(CallFailure) {
                let answer = try await calls.fetch(
                    Self.eventsPath, parameters(query, rows: rows), priority: .events)
                let page = try eventPage(answer, query)
                let (batch, unreadable, unknown) = page.activities(
                    place: "GET \(Self.eventsPath)", decoder: decoder)
                var found = ActivityPage(batch: batch, next: page.next, unreadable: unreadable)
                found.unknownFields = unknown
                return found
            } catch {
                guard error.kind == .bodyTooLarge else { throw error.meaning }
                guard rows > 1 else { return try await passedOver(query, error.meaning) }
                rows /= 2
            }
        }
    }

    private func parameters(_ query: ActivityQuery, rows: Int) -> [(String, String)] {
        var parameters = [("since", query.since.wireText), ("limit", String(rows)), ("sort", "+id")]
        if let until = query.until { parameters.append(("until", until.wireText)) }
        if let cursor = query.cursor { parameters.append(("after_cursor", cursor)) }
        return parameters
    }

    private func eventPage(_ answer: HTTPResponse, _ query: ActivityQuery) throws(CallFailure) -> RowPage {
        do throws(SourceFailure) {
            let page = try parsed(Self.eventsPath) { () throws(MalformedPage) in try RowPage(envelope: answer) }
            if let next = page.next, next == query.cursor { throw looping("events") }
            return page
        } catch {
            throw CallFailure(error)
        }
    }

    /// A page of one event that is too long to be taken: what names it is asked for alone and goes to quarantine.
    ///
    /// - Throws: `failure` when even that is too long, as from a server that gives all fields always.
    private func passedOver(
        _ query: ActivityQuery, _ failure: SourceFailure
    ) async throws(SourceFailure) -> ActivityPage {
        do throws(CallFailure) {
            let asked = parameters(query, rows: 1) + [("fields", "id,created_at,event_type_id")]
            let answer = try await calls.fetch(Self.eventsPath, asked, priority: .events)
            let page = try eventPage(answer, query)
            let unreadable = page.rows.map { row in
                let members = JSONMembers(row.text)
                func shown(_ key: String) -> String { "\(key) \(members?.text(key) ?? "unknown")" }
                // In words, so that no later reading takes these fields for the whole event.
                return UnreadableText(
                    place: "GET \(Self.eventsPath)",
                    reason: "the event is longer than \(calls.settings.limits.bodyBytes) bytes and was passed over",
                    text: ["id", "created_at", "event_type_id"].map(shown).joined(separator: ", "))
            }
            return ActivityPage(batch: ActivityBatch(capacity: 0), next: page.next, unreadable: unreadable)
        } catch {
            throw error.kind == .bodyTooLarge ? failure : error.meaning
        }
    }
}
