import Alerting
import Delivery
import Foundation
import Testing
import Timekeeping

@Suite struct NoticeDocumentTests {
    /// The keys and their order are a promise to whoever reads them.
    @Test func theLineIsAsDocumented() throws {
        let evidence: [Finding.Evidence] = [
            .init(name: "users", value: .int(7)), .init(name: "share", value: .double(0.5)),
            .init(name: "none", value: .null), .init(name: "nan", value: .double(.nan)),
            .init(name: "since", value: .time(Fixture.at(1))),
            .init(name: "names", value: .list([.text("a"), .bool(true)])),
        ]
        let notice = try Fixture.notice(Fixture.finding(evidence: evidence))
        let alert = notice.transition.alert
        #expect(
            NoticeDocument.line(notice) == """
                {"type":"alert.opened","timestamp":"2026-01-01T00:00:00Z","alert":{"id":"\(alert.id)","sequence":1,\
                "connection":"acme","policy":"baseline","rule":"mfa-removed","severity":"high","status":"open",\
                "title":"Factor removed","message":"ada@corp.example lost a factor",\
                "key_id":"\(alert.dedupKey.keyID)","key":["7"],"evidence":{"users":7,"share":0.5,"none":null,\
                "nan":"nan","since":"2026-01-01T00:00:01Z","names":["a",true]},"activity_ids":["e0"],\
                "finding_count":1,"first_seen_at":"2026-01-01T00:00:00Z","last_seen_at":"2026-01-01T00:00:00Z",\
                "opened_at":"2026-01-01T00:00:00Z","resolved_at":null,"resolved_because":null,"is_shortened":false}}
                """)
    }

    @Test func aResolvedNoticeSaysWhenAndWhy() throws {
        let line = NoticeDocument.line(try #require(Fixture.notices(keys: ["a"]).last))
        #expect(line.hasPrefix(#"{"type":"alert.resolved","timestamp":"2026-01-01T00:10:00Z""#))
        #expect(line.contains(#""status":"resolved""#))
        #expect(line.contains(#""resolved_at":"2026-01-01T00:10:00Z","resolved_because":"quiet""#))
    }

    static let hostile = [
        "red \u{1b}[31m text", "two\nlines\r\n", "null \u{0} byte", "\u{202e}gnp.exe", "zero\u{200b}width",
        "quote \" and \\ slash", "tag \u{e0041}", "c1 \u{9b}31m", "line\u{2028}separator", "Zoë 中文 👩‍💻",
    ]

    @Test(arguments: hostile)
    func namesOfOthersReadBackAndShowNothingHidden(_ name: String) throws {
        struct Document: Decodable {
            struct Alert: Decodable { let message: String }
            let alert: Alert
        }
        let line = NoticeDocument.line(try Fixture.notice(Fixture.finding(message: name)))
        #expect(
            try JSONDecoder().decode(Document.self, from: Data(line.utf8)).alert.message.unicodeScalars.elementsEqual(
                name.unicodeScalars))
        #expect(line == Visible.text(line))
    }

    @Test func aBodyIsNeverLongerThanItsLimit() throws {
        let long = String(repeating: "é\u{1b}", count: 20_000)
        let evidence = (0..<500).map { Finding.Evidence(name: "n\($0)", value: .text(long)) }
        let notice = try Fixture.notice(
            Fixture.finding(key: long, title: long, message: long, evidence: evidence))
        let body = NoticeDocument.webhookBody(notice)
        #expect(body.count <= NoticeDocument.byteLimit)
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.contains(#""is_shortened":true"#))
        #expect(throws: Never.self) { _ = try JSONSerialization.jsonObject(with: Data(body)) }
    }

    @Test func aBodyThatFitsIsWhole() throws {
        let notice = try Fixture.notice(Fixture.finding(message: String(repeating: "x", count: 18_000)))
        let body = NoticeDocument.webhookBody(notice)
        #expect(body.count <= NoticeDocument.byteLimit && body.count > 18_000)
        #expect(String(decoding: body, as: UTF8.self).contains(#""data":{"id":"al_"#))
    }
}

@Suite struct StdoutReceiverTests {
    static func line(_ format: StdoutReceiver.Format, _ notice: Notice) async -> String {
        let sink = LineSink()
        let receiver = StdoutReceiver(format: format) { sink.write($0) }
        #expect(await receiver.deliver(notice, at: Fixture.start) == .delivered(status: nil))
        #expect(sink.lines.count == 1)
        return sink.lines.first ?? ""
    }

    @Test func jsonIsOneLine() async throws {
        let notice = try Fixture.notice(Fixture.finding(message: "a\nb"))
        let line = await Self.line(.json, notice)
        #expect(line == NoticeDocument.line(notice) + "\n")
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    @Test func textIsForPeople() async throws {
        let notice = try Fixture.notice()
        #expect(
            await Self.line(.text(isColoured: false), notice)
                == "2026-01-01T00:00:00Z OPENED   high          Factor removed: ada@corp.example lost a factor "
                + "[acme/baseline/mfa-removed] \(notice.transition.alert.id)\n")
    }

    @Test(arguments: NoticeDocumentTests.hostile)
    func namesOfOthersDoNotReachTheTerminal(_ name: String) async throws {
        let notice = try Fixture.notice(Fixture.finding(title: name, message: name))
        let line = await Self.line(.text(isColoured: false), notice).dropLast()
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
        #expect(String(line) == Visible.text(String(line)))
    }

    @Test func coloursAreOnlyOurs() async throws {
        let notice = try Fixture.notice(Fixture.finding(title: "\u{1b}[31mred", message: "m"))
        let line = await Self.line(.text(isColoured: true), notice)
        #expect(line.contains("\u{1b}[1;31mhigh"))
        #expect(line.contains("\\u{1b}[31mred"))
    }

    @Test func aSinkThatFailsIsAFailedTry() async throws {
        struct Closed: Error {}
        let receiver = StdoutReceiver(format: .json) { _ in throw Closed() }
        let outcome = await receiver.deliver(try Fixture.notice(), at: Fixture.start)
        #expect(outcome == .unanswered(cause: "the line could not be written: Closed()"))
    }
}
