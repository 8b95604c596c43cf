import Diagnostics
import OneLoginSimulator
import Settings
import Timekeeping

/// A scenario file as the simulator takes it.
struct ScenarioPlay {
    var options: SimulatorOptions
    var clock: any WallClock

    /// Reads a scenario file; every diagnostic goes to standard error.
    ///
    /// - Throws: `ExitCode` 2 when it cannot be played.
    mutating func read(_ path: String) throws {
        let text: String
        do throws(FileFailure) {
            text = try SystemFiles().read(path).text
        } catch {
            Terminal.writeError("error: the scenario `\(path)` cannot be read: \(error.reason)")
            throw Outcome.usage.exit
        }
        let result = ScenarioLoader.load(SourceText(name: path, text: text))
        var diagnostics = result.diagnostics
        if let scenario = result.scenario { diagnostics += apply(scenario) }
        if !diagnostics.isEmpty { Terminal.writeError(DiagnosticReport(diagnostics).rendered(as: .text)) }
        if diagnostics.contains(where: { $0.diagnostic.level == .error }) { throw Outcome.usage.exit }
    }

    /// Takes over what the scenario says.
    ///
    /// - Returns: What is wrong with its names.
    private mutating func apply(_ scenario: Scenario) -> [SourcedDiagnostic] {
        var diagnostics: [SourcedDiagnostic] = []
        options.seed = scenario.seed ?? options.seed
        options.users = scenario.users ?? options.users
        options.historyDays = scenario.historyDays ?? options.historyDays
        options.historyEvents = scenario.historyEvents ?? options.historyEvents
        options.rateLimit = scenario.callsPerHour ?? options.rateLimit
        options.tokenLifetime = scenario.tokenLifetime ?? options.tokenLifetime
        options.writeDelay = scenario.writeDelay ?? options.writeDelay
        options.hasPrivileges = scenario.hasPrivileges ?? options.hasPrivileges
        options.rateLimitsAsBadRequest = scenario.rateLimitsAsBadRequest ?? options.rateLimitsAsBadRequest
        if let start = scenario.start ?? (scenario.speed > 1 ? clock.now() : nil) {
            clock = ScenarioClock(clock, start: start, speed: scenario.speed)
        }
        if let scope = scenario.scope {
            if let known = CredentialScope(rawValue: scope.text) {
                options.scope = known
            } else {
                let words = CredentialScope.allCases.map(\.rawValue)
                diagnostics.append(scope.problem("`\(scope.text)` is no scope", help: Self.help(scope.text, words)))
            }
        }
        options.planted = scenario.planted.compactMap { kind($0, &diagnostics) }
        let start = clock.now()
        options.timeline = scenario.steps.flatMap { steps(of: $0, from: start, &diagnostics) }
        return diagnostics
    }

    private func steps(
        of step: Scenario.Step, from start: Timestamp, _ diagnostics: inout [SourcedDiagnostic]
    ) -> [SimulatedStep] {
        let first = step.at.resolved(from: start)
        let moments = (0..<step.times).map { first + .milliseconds(step.every.milliseconds * Int64($0)) }
        switch step.action {
        case .plant(let word, let within):
            guard let kind = kind(word, &diagnostics) else { return [] }
            return moments.map { SimulatedStep(at: $0, .plant(kind, within: within)) }
        case .moveUsers(let count):
            return moments.map { SimulatedStep(at: $0, .moveUsers(count)) }
        case .fault(let plan, let span):
            do throws(FaultPlan.ParseError) {
                let faults = try FaultPlan(parsing: plan.text).faults
                return moments.flatMap { moment in
                    faults.map { SimulatedStep(at: moment, .fault($0, until: span.map { moment + $0 } ?? .latest)) }
                }
            } catch {
                diagnostics.append(
                    plan.problem(
                        "`\(plan.text)` is no fault",
                        help: "write it like `/api/1/events@page2=502` or `/api/2=html429`")
                )
                return []
            }
        }
    }

    private func kind(_ word: Scenario.Located, _ diagnostics: inout [SourcedDiagnostic]) -> PlantedKind? {
        if let kind = PlantedKind(rawValue: word.text) { return kind }
        let words = PlantedKind.allCases.map(\.rawValue)
        diagnostics.append(
            word.problem("`\(word.text)` is nothing that can be planted", help: Self.help(word.text, words)))
        return nil
    }

    private static func help(_ word: String, _ words: [String]) -> String {
        nearestName(to: word, in: words).map { "did you mean `\($0)`?" }
            ?? "it is one of " + words.map { "`\($0)`" }.joined(separator: ", ")
    }
}
