import Alerting
import Testing
import Timekeeping

/// A generator whose numbers follow from its seed (xorshift64*).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed == 0 ? 0x9e37_79b9_7f4a_7c15 : seed }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}

/// Random findings against what must hold of every history.
@Suite struct ReplayTests {
    /// What one step of a history feeds the machine.
    enum Input {
        case findings([Finding])
        case watermark(Timestamp)
        case evaluation(StateEvaluation)

        func apply(to machine: inout AlertMachine) -> AlertChanges {
            switch self {
            case .findings(let findings): machine.observe(findings)
            case .watermark(let watermark): machine.advance(connection: "acme", watermark: watermark)
            case .evaluation(let evaluation): machine.evaluate(evaluation)
            }
        }
    }

    /// A day in which findings come in (time, id) order and the watermark follows them.
    static func history(_ generator: inout SeededGenerator) -> [Input] {
        var inputs: [Input] = []
        var second: Int64 = 0
        for step in 1...60 {
            second += Int64.random(in: 0...900, using: &generator)
            let findings = (0..<Int.random(in: 0...3, using: &generator)).map { number in
                Sample.activity(
                    second + Int64(number), id: "e\(step)-\(number)",
                    key: String(Int.random(in: 1...3, using: &generator)),
                    severity: Severity.allCases.randomElement(using: &generator) ?? .low,
                    message: "seen \(Int.random(in: 1...2, using: &generator))")
            }
            inputs.append(.findings(findings))
            second += 3
            if Bool.random(using: &generator) { inputs.append(.watermark(Sample.at(second))) }
            let rows = (1...3).filter { _ in Bool.random(using: &generator) }
            let isKnown = Int.random(in: 0..<5, using: &generator) > 0
            inputs.append(
                .evaluation(
                    Sample.evaluation(
                        Int64(step), rows.map { Sample.state(Int64(step), key: String($0), hold: .minutes(2)) },
                        verdict: isKnown ? nil : .unknown(reasons: ["a sync is incomplete"]))))
        }
        return inputs
    }

    static func run(_ inputs: [Input], _ machine: inout AlertMachine) -> AlertChanges {
        var changes = AlertChanges()
        for input in inputs { changes.append(input.apply(to: &machine)) }
        return changes
    }

    static let seeds = (0..<40).map { _ in UInt64.random(in: 1...UInt64.max) }

    @Test(arguments: seeds)
    func historiesKeepTheRules(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inputs = Self.history(&generator)
        var machine = AlertMachine()
        let changes = Self.run(inputs, &machine)

        var lives: [String: [Transition]] = [:]
        for transition in changes.transitions { lives[transition.alert.id, default: []].append(transition) }
        for (id, life) in lives {
            #expect(life.map(\.alert.sequence) == Array(1...life.count), "seed \(seed), \(id): no step is left out")
            #expect(life.first?.kind == .opened || life.first?.kind == .pending, "seed \(seed), \(id)")
            let ends = life.filter { $0.kind == .resolved || $0.kind == .withdrawn }
            #expect(ends.count <= 1 && (ends.isEmpty || ends == life.suffix(1)), "seed \(seed), \(id)")
            #expect(zip(life, life.dropFirst()).allSatisfy { $0.at <= $1.at }, "seed \(seed), \(id): time goes on")
            #expect(life.filter { $0.kind == .opened }.count <= 1, "seed \(seed), \(id)")
        }
        let open = Dictionary(grouping: machine.alerts, by: \.dedupKey.keyID)
        #expect(open.values.allSatisfy { $0.count == 1 }, "seed \(seed): one live alert a key")
        let live = Set(changes.alerts.filter { $0.status != .resolved })
        #expect(live == Set(machine.alerts), "seed \(seed): what is to be kept is what the machine holds")

        var again = AlertMachine()
        #expect(Self.run(inputs, &again) == changes, "seed \(seed): the same input gives the same changes")
    }

    /// The machine is made anew from kept alerts after every step, as if the process had been killed there.
    @Test(arguments: seeds)
    func aRestartAfterEveryStepChangesNothing(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inputs = Self.history(&generator)
        var unbroken = AlertMachine()
        let expected = Self.run(inputs, &unbroken)
        var kept: [String: Alert] = [:]
        var transitions: [Transition] = []
        for input in inputs {
            var machine = AlertMachine(Array(kept.values))
            let changes = input.apply(to: &machine)
            for alert in changes.alerts { kept[alert.id] = alert }
            transitions += changes.transitions
        }
        #expect(transitions == expected.transitions, "seed \(seed)")
        #expect(kept.values.sorted { $0.id < $1.id } == expected.alerts, "seed \(seed)")
    }

    @Test(arguments: seeds)
    func findingsSeenBeforeGiveNothingNew(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inputs = Self.history(&generator)
        var machine = AlertMachine()
        _ = Self.run(inputs, &machine)
        let before = machine.alerts
        for input in inputs {
            guard case .findings(let findings) = input else { continue }
            let changes = machine.observe(findings)
            #expect(changes.isEmpty, "seed \(seed): \(changes.transitions)")
        }
        #expect(machine.alerts == before, "seed \(seed)")
    }

    /// It does not matter in which steps the watermark moves, nor whether it moves at all between findings.
    @Test(arguments: seeds)
    func theWatermarksStepsDoNotMatter(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inputs = Self.history(&generator)
        let end = Input.watermark(Sample.at(1_000_000))
        let sparse = inputs.filter { if case .watermark = $0 { false } else { true } } + [end]
        var left = AlertMachine()
        var right = AlertMachine()
        let leftAlerts = Self.run(inputs + [end], &left).alerts
        let rightAlerts = Self.run(sparse, &right).alerts
        #expect(leftAlerts == rightAlerts, "seed \(seed)")
    }
}
