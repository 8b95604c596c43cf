public import Timekeeping

/// What is to happen in a simulated tenant besides its everyday life, and when.
public struct SimulatedStep: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// An attack begins, which takes `within` in all, or its natural pace; a state is there from the start.
        case plant(PlantedKind, within: TimeSpan?)
        /// So many people move to one group, and no event says so.
        case moveUsers(Int)
        /// Calls go wrong from this moment until another.
        case fault(Fault, until: Timestamp)
    }

    public var at: Timestamp
    public var action: Action

    public init(at moment: Timestamp, _ action: Action) {
        at = moment
        self.action = action
    }
}

extension World {
    /// Plants what a timeline asks for; what lies in the past becomes part of the history.
    mutating func play(_ timeline: [SimulatedStep]) {
        for step in timeline {
            switch step.action {
            case .plant(let kind, let span): plant(kind, at: step.at.milliseconds, within: span?.milliseconds)
            case .moveUsers(let count): planGroupChanges(at: step.at.milliseconds, users: count)
            case .fault: break
            }
        }
    }
}

/// The faults of a timeline, each with a count of its own.
struct TimedFaults: Sendable {
    private var faults: [(from: Timestamp, until: Timestamp, counter: FaultCounter)]

    init(_ timeline: [SimulatedStep], seed: UInt64) {
        faults = timeline.enumerated().compactMap { place, step in
            guard case .fault(let fault, let until) = step.action else { return nil }
            return (step.at, until, FaultCounter(plan: FaultPlan([fault]), seed: seed &+ UInt64(place)))
        }
    }

    /// The effect of the first fault whose time it is and that applies to a call.
    mutating func effect(path: String, page: Int, at moment: Timestamp) -> Fault.Effect? {
        for place in faults.indices where faults[place].from <= moment && moment < faults[place].until {
            if let effect = faults[place].counter.effect(path: path, page: page) { return effect }
        }
        return nil
    }
}

/// A clock that begins at a moment of one's choice and may run faster than the machine's.
public struct ScenarioClock: WallClock {
    private let base: any WallClock
    private let origin: Timestamp
    private let start: Timestamp
    private let speed: Int64

    /// - Parameter speed: How many of its seconds pass in one of `base`, at least 1.
    public init(_ base: any WallClock, start: Timestamp, speed: Int = 1) {
        self.base = base
        origin = base.now()
        self.start = start
        self.speed = Int64(max(1, speed))
    }

    public func now() -> Timestamp {
        let passed = base.now() - origin
        return start + .milliseconds(passed.milliseconds * speed)
    }

    public func sleep(for span: TimeSpan) async throws {
        try await base.sleep(for: .milliseconds(span.milliseconds / speed))
    }
}
