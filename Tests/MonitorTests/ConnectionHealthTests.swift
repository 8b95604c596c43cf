import Alerting
import Directory
import Testing
import Timekeeping

@testable import Monitor

/// Trouble with a source is one alert, opened when it is time and resolved when it is over.
@Suite struct ConnectionHealthTests {
    struct Pass: Sendable {
        let minute: Int64
        let word: ConnectionState.Word
        var cause: SourceFailure.Cause?
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let passes: [Pass]
        let transitions: [Transition.Kind]
    }

    @Test(arguments: [
        Row(
            testDescription: "a revoked credential, for two hours",
            passes: (0...120).map { Pass(minute: $0, word: .failed, cause: .credentialsRejected) },
            transitions: [.opened]),
        Row(
            testDescription: "a revoked credential that is mended",
            passes: [
                Pass(minute: 0, word: .failed, cause: .credentialsRejected), Pass(minute: 1, word: .connected),
                Pass(minute: 2, word: .connected),
            ], transitions: [.opened, .resolved]),
        Row(
            testDescription: "a rate limit of 29 minutes",
            passes: [
                Pass(minute: 0, word: .degraded, cause: .rateLimited),
                Pass(minute: 29, word: .degraded, cause: .rateLimited), Pass(minute: 29, word: .connected),
            ], transitions: [.pending, .withdrawn]),
        Row(
            testDescription: "a rate limit of 30 minutes",
            passes: [
                Pass(minute: 0, word: .degraded, cause: .rateLimited),
                Pass(minute: 30, word: .degraded, cause: .rateLimited),
            ], transitions: [.pending, .opened]),
        Row(
            testDescription: "a loss that is held",
            passes: [Pass(minute: 0, word: .degraded, cause: .heldForConfirmation)],
            transitions: [.opened]),
        Row(
            testDescription: "a first sync", passes: [Pass(minute: 0, word: .initialSync)], transitions: []),
    ])
    func aStateIsOneAlert(_ row: Row) {
        let start = Timestamp(seconds: 1_767_225_600)
        var machine = AlertMachine()
        var state = ConnectionState(since: start)
        var kinds: [Transition.Kind] = []
        for pass in row.passes {
            let failure = pass.cause.map { SourceFailure($0, attempt: "GET /x", answer: "no", remedy: "mend it") }
            state.become(pass.word, failure, at: start + .minutes(pass.minute))
            guard let evaluation = ConnectionHealth(connection: "acme", state: state).evaluation else { continue }
            kinds += machine.evaluate(evaluation).transitions.map(\.kind)
        }
        #expect(kinds == row.transitions)
    }
}
