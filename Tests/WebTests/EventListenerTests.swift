import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing
import Timekeeping

@testable import Web

@Suite struct EventListenerTests {
    static let path = "/webhooks/onelogin/corp"

    /// Counts the bytes of bodies, and cannot store those that begin with `!`.
    static func application(
        postsPerMinute: Int = 1000, clock: ManualClock = ManualClock()
    ) -> (application: some ApplicationProtocol, listener: EventListener) {
        struct Full: Error {}
        let intake = EventIntake(
            connection: "corp", header: "Authorization", token: "s3cret", postsPerMinute: postsPerMinute
        ) { body in
            if body.first == UInt8(ascii: "!") { throw Full() }
            if body.first == UInt8(ascii: "?") { throw TooManyEvents(limit: 3) }
            let bad = body.filter { $0 == UInt8(ascii: "b") }.count
            let good = body.filter { $0 == UInt8(ascii: "g") }.count
            return EventReceipt(new: good, readable: good, unreadable: bad, reason: "it is a b")
        }
        let listener = EventListener([intake], clock: clock)
        let sources = WebSources(readiness: { Readiness() }, metrics: { [] })
        let server = WebServer(sources: sources, listener: listener, logger: Logger(label: "test"))
        return (Application(router: server.router()), listener)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var path = EventListenerTests.path
        var header: String? = "Bearer s3cret"
        var body = "ggb"
        let status: Int
        var words = ""
    }

    @Test(arguments: [
        Row(testDescription: "good events", status: 202, words: "2 events, 2 of them new, 1 could not be read"),
        Row(testDescription: "the token alone", header: "s3cret", status: 202),
        Row(testDescription: "a small scheme", header: "bearer s3cret", status: 202),
        Row(testDescription: "no header", header: nil, status: 401),
        Row(testDescription: "another token", header: "Bearer s3cres", status: 401),
        Row(testDescription: "a longer token", header: "Bearer s3crett", status: 401),
        Row(testDescription: "another connection", path: "/webhooks/onelogin/other", status: 404),
        Row(testDescription: "an empty body", body: "", status: 400, words: "the body is empty"),
        Row(testDescription: "blanks", body: " \n", status: 400),
        Row(testDescription: "nothing readable", body: "bb", status: 400, words: "no event could be read: it is a b"),
        Row(
            testDescription: "more events than are taken", body: "?ggg", status: 413,
            words: "at most 3 events; none of this one was stored"),
        Row(testDescription: "a store that cannot", body: "!g", status: 503),
        Row(
            testDescription: "the longest body", body: String(repeating: "g", count: EventListener.bodyLimit),
            status: 202),
        Row(
            testDescription: "one byte more", body: String(repeating: "g", count: EventListener.bodyLimit + 1),
            status: 413),
    ])
    func aPostIsAnsweredByWhatBecameOfIt(_ row: Row) async throws {
        try await Self.application().application.test(.router) { client in
            var headers = HTTPFields()
            if let header = row.header { headers[.authorization] = header }
            try await client.execute(
                uri: row.path, method: .post, headers: headers, body: ByteBuffer(string: row.body)
            ) { response in
                #expect(response.status.code == row.status)
                #expect(String(buffer: response.body).contains(row.words))
            }
        }
    }

    @Test func moreThanTheMinuteHasAreToldToWait() async throws {
        let clock = ManualClock()
        let (application, listener) = Self.application(postsPerMinute: 3, clock: clock)
        try await application.test(.router) { client in
            func post() async throws -> (Int, String?) {
                try await client.execute(
                    uri: Self.path, method: .post, headers: [.authorization: "Bearer s3cret"],
                    body: ByteBuffer(string: "g")
                ) { (Int($0.status.code), $0.headers[.retryAfter]) }
            }
            for _ in 0..<3 { #expect(try await post().0 == 202) }
            let (status, wait) = try await post()
            #expect(status == 429 && wait == "20")
            clock.advance(by: .seconds(19))
            #expect(try await post().0 == 429)
            clock.advance(by: .seconds(2))
            #expect(try await post().0 == 202)
        }
        let text = MetricsText.render(listener.metrics)
        #expect(text.contains(#"tocsin_webhook_posts_total{connection="corp",status="429"} 2"#))
        #expect(text.contains(#"tocsin_webhook_events_total{connection="corp",result="new"} 4"#))
    }

    @Test func guessingTokensIsSlowedDown() async throws {
        try await Self.application().application.test(.router) { client in
            var statuses: [Int] = []
            for _ in 0..<(EventListener.refusalsPerMinute + 5) {
                statuses.append(
                    try await client.execute(uri: Self.path, method: .post, body: ByteBuffer(string: "g")) {
                        Int($0.status.code)
                    })
            }
            #expect(statuses.filter { $0 == 401 }.count == EventListener.refusalsPerMinute)
            #expect(statuses.last == 429)
        }
    }
}
