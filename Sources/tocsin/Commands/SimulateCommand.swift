import ArgumentParser
import OneLoginSimulator
import Timekeeping
import UnixSignals

/// `tocsin simulate`: a local OneLogin for trying things out.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serves a believable OneLogin tenant on 127.0.0.1, with planted violations and attacks.",
        discussion: "Prints the address and an obviously fake credential, then serves until it is stopped.")

    @Option(help: "The port on 127.0.0.1; 0 takes any that is free.")
    var port = 8099

    @Option(help: "The same seed gives the same tenant.")
    var seed: UInt64 = 1

    @Option(help: "How many users the tenant has, at least 30.")
    var users = 500

    @Option(help: "What the credential may do: \(CredentialScope.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scope = CredentialScope.readAll.rawValue

    @Flag(help: "Answer GET /simulator/truth with what was planted.")
    var truth = false

    @Option(help: ArgumentHelp("Plant one attack of each kind this long after the start.", valueName: "span"))
    var attackAfter: String?

    @Option(help: "How long each of these attacks takes in all.")
    var attackWithin = "20s"

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func validate() throws {
        guard users >= 30 else { throw ValidationError("--users must be at least 30") }
        guard CredentialScope(rawValue: scope) != nil else {
            throw ValidationError(
                "`\(scope)` is no scope; use one of \(CredentialScope.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        for span in [attackAfter, attackWithin].compactMap({ $0 }) where TimeSpan(span) == nil {
            throw ValidationError("`\(span)` is no length of time; write it like 10s or 5m")
        }
    }

    func run() async throws {
        var options = SimulatorOptions()
        options.port = port
        options.seed = seed
        options.users = users
        options.scope = CredentialScope(rawValue: scope) ?? .readAll
        options.servesTruth = truth
        let clock = SystemClock()
        let settled = options
        let started = clock.now()
        let simulator = Simulator(options: settled, clock: clock)
        if let after = attackAfter.flatMap(TimeSpan.init), let within = TimeSpan(attackWithin) {
            for kind in PlantedKind.attacks {
                await simulator.plant(kind, at: clock.now() + after, within: within)
            }
            await simulator.applyGroupChanges(at: clock.now() + after)
        }
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
            Terminal.write(
                """
                A simulated OneLogin tenant with \(users) users, seed \(seed), is at \(url)

                  client id      \(options.clientID)
                  client secret  \(options.clientSecret)
                  scope          \(options.scope.rawValue)

                Neither is a secret. Stop it with Ctrl-C.
                """)
        }
    }
}
