import ArgumentParser
import Diagnostics
import OneLoginSimulator
import Timekeeping
import UnixSignals

/// `tocsin simulate`: a local OneLogin for trying things out.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serves a believable OneLogin tenant on 127.0.0.1, with planted violations and attacks.",
        discussion: """
            Prints the address and an obviously fake credential, then serves until it is stopped. A scenario file says \
            what happens when; flags win over it.
            """)

    @Option(help: "The port on 127.0.0.1; 0 takes any that is free.")
    var port = 8099

    @Option(help: ArgumentHelp("A scenario file; docs/simulator.md says what is in it.", valueName: "file"))
    var scenario: String?

    @Option(help: "The same seed gives the same tenant. (default: 1)")
    var seed: UInt64?

    @Option(help: "How many users the tenant has, at least 30. (default: 500)")
    var users: Int?

    @Option(help: "About how many events lie in the history. (default: 4000)")
    var events: Int?

    @Option(help: "How many days the history goes back. (default: 7)")
    var days: Int?

    @Option(help: "Calls of version 1 that the account has in an hour. (default: 5000)")
    var callsPerHour: Int?

    @Option(help: "What the credential may do: \(Self.scopes). (default: Read All)")
    var scope: String?

    @Flag(help: "Answer GET /simulator/truth with what was planted.")
    var truth = false

    @OptionGroup(title: "Event webhook") var webhook: SimulatedWebhook

    @Option(help: "text or json.")
    var format = OutputFormat.text

    private static let scopes = CredentialScope.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        guard users ?? 30 >= 30 else { throw ValidationError("--users must be at least 30") }
        guard events ?? 0 >= 0, days ?? 1 >= 1, callsPerHour ?? 1 >= 1 else {
            throw ValidationError("--events, --days and --calls-per-hour must not be below 0, 1 and 1")
        }
        if let scope, CredentialScope(rawValue: scope) == nil {
            throw ValidationError("`\(scope)` is no scope; use one of \(Self.scopes)")
        }
    }

    func run() async throws {
        var play = ScenarioPlay(options: SimulatorOptions(), clock: SystemClock())
        play.options.scope = .readAll
        if let scenario { try play.read(scenario) }
        var options = play.options
        let clock = play.clock
        options.port = port
        options.seed = seed ?? options.seed
        options.users = users ?? options.users
        options.historyEvents = events ?? options.historyEvents
        options.historyDays = days ?? options.historyDays
        options.rateLimit = callsPerHour ?? options.rateLimit
        options.scope = scope.flatMap(CredentialScope.init) ?? options.scope
        options.servesTruth = truth
        let settled = options
        let started = clock.now()
        let simulator = Simulator(options: settled, clock: clock)
        let broadcast = try await webhook.start(simulator)
        defer { broadcast?.cancel() }
        let server = Task {
            try await simulator.run { port in announce(port: port, options: settled, started: started) }
        }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let watch = Task {
            for await _ in signals { server.cancel() }
        }
        defer { watch.cancel() }
        do {
            try await server.value
        } catch is CancellationError {
            // The way it is meant to end.
        }
    }

    private func announce(port: Int, options: SimulatorOptions, started: Timestamp) {
        let url = "http://127.0.0.1:\(port)"
        switch format {
        case .json:
            Terminal.write(
                """
                {"url":"\(url)","client_id":"\(options.clientID)","client_secret":"\(options.clientSecret)",\
                "started":"\(started.rfc3339)"}
                """)
        case .text:
            let steps = options.timeline.isEmpty ? "" : "\n  timeline       \(options.timeline.count) steps"
            Terminal.write(
                """
                A simulated OneLogin tenant with \(options.users) users, seed \(options.seed), is at \(url)

                  client id      \(options.clientID)
                  client secret  \(options.clientSecret)
                  scope          \(options.scope.rawValue)\(steps)

                Neither is a secret. Stop it with Ctrl-C.
                """)
        }
    }
}
