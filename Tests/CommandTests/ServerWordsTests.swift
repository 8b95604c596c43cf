import Directory
import Testing
import Timekeeping

@testable import tocsin

/// What a server says is shown, and does nothing to the terminal.
@Suite struct ServerWordsTests {
    static let words = "no\u{1b}[2J\u{202e}\u{7}"
    static let shown = "no\\u{1b}[2J\\u{202e}\\u{7}"

    @Test func inATestOfAConnection() {
        let probe = ConnectionTest.Probe(
            name: "users", isOK: false, isRequired: true, detail: "GET /api/2/users: \(Self.words)",
            cause: .malformedAnswer, remedy: "ask \(Self.words)")
        let text = ConnectionTestCommand.text(ConnectionTest(probes: [probe]), of: "acme", Paint(isOn: false))
        #expect(text.contains("GET /api/2/users: \(Self.shown)\n") && text.contains("-> ask \(Self.shown)\n"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }

    @Test func inTheStateOfAConnection() {
        let now = Timestamp(seconds: 1_767_225_600)
        var state = ConnectionState(.degraded, since: now)
        state.reason = Self.words
        state.remedy = Self.words
        let gap = SourceGap(source: .api, from: now, reason: Self.words)
        let report = ConnectionReport(name: "acme", state: state, gaps: [gap], unknownTypes: [], now: now)
        let text = report.text(Paint(isOn: false))
        #expect(text.contains("reason: \(Self.shown)\n") && text.contains("-> \(Self.shown)\n"))
        #expect(text.contains("still open: \(Self.shown)\n"))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
    }
}
