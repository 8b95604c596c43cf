import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

/// A page of events that is longer than is taken stops nothing behind it.
@Suite struct EventPageTests {
    static let first = 1
    static let last = 40

    static func number(_ name: String, in url: String) -> Int? {
        url.split(whereSeparator: { $0 == "?" || $0 == "&" }).first { $0.hasPrefix("\(name)=") }
            .flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    /// Events 1 to 40 by number; a page with event 23 is too long, unless only the named fields are wanted.
    static func poisoned(namesFields: Bool = true) -> ScriptedSender.Script {
        { (request, _) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            let from = (number("after_cursor", in: request.url) ?? 0) + 1
            let rows = from...min(last, from + (number("limit", in: request.url) ?? 50) - 1)
            let isShort = namesFields && request.url.contains("&fields=id%2Ccreated_at%2Cevent_type_id")
            if rows.contains(23), !isShort { throw .bodyTooLarge(limitBytes: 4096) }
            let text = rows.map { #"{"id":\#($0),"event_type_id":5,"created_at":"2026-01-01T00:00:00.000Z"}"# }
            return Answers.envelope(
                text.joined(separator: ","), next: rows.upperBound < last ? String(rows.upperBound) : nil)
        }
    }

    @Test func theEventsAroundOneThatIsTooLongAreRead() async throws {
        var settings = OneLoginSettings()
        settings.limits.bodyBytes = 4096
        let (source, sender, clock) = client(settings: settings, script: Self.poisoned())
        var ids: [String] = []
        var unreadable: [UnreadableText] = []
        var query = ActivityQuery(since: Answers.start)
        while true {
            let page = try await source.activities(query)
            ids += (0..<page.batch.count).map { page.batch.activity(at: $0).id }
            unreadable += page.unreadable
            guard let next = page.next else { break }
            query.cursor = next
        }
        #expect(ids == (Self.first...Self.last).filter { $0 != 23 }.map(String.init))
        #expect(unreadable.map(\.text) == ["id 23, created_at 2026-01-01T00:00:00.000Z, event_type_id 5"])
        #expect(unreadable.first?.reason == "the event is longer than 4096 bytes and was passed over")
        #expect(sender.count("/api/1/events") < 60)
        #expect(clock.now() == Answers.start, "the same page is not waited for")
    }

    @Test func aServerThatCannotBeAskedForLessIsAFailure() async {
        let (source, sender, _) = client(script: Self.poisoned(namesFields: false))
        do throws(SourceFailure) {
            _ = try await source.activities(ActivityQuery(since: Answers.start, cursor: "22"))
            Issue.record("the event was passed over without a word")
        } catch {
            #expect(error.answer.contains("longer than 4096 bytes"), "\(error)")
        }
        // 1000, 500 … 1, and what names the event.
        #expect(sender.count("/api/1/events") == 11)
    }
}
