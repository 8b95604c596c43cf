import Timekeeping

/// What OneLogin does not have: calls that ask about the simulation, or make something happen in it.
extension Service {
    /// Answers a call below `/simulator`; none of them needs a credential or counts as a call.
    mutating func control(_ rest: ArraySlice<String>, _ call: Call) throws(Failure) -> Reply {
        switch (call.method, rest.first) {
        case ("GET", "truth") where options.servesTruth: .json(Array(world.truth.json.utf8))
        case ("GET", "calls"): countedCalls
        case ("POST", "attacks"): try plantAttacks(call)
        default: throw .noRoute
        }
    }

    /// The counted calls as one object, by name.
    private var countedCalls: Reply {
        var text = JSONText()
        text.object { text in
            for (resource, count) in calls.sorted(by: { $0.key < $1.key }) { text.field(resource, count) }
        }
        return .json(text.bytes)
    }

    /// Begins one attack of each kind now, and lets people move to one group.
    ///
    /// The query's `within` says how long each takes in all; without it, each takes its natural pace.
    private mutating func plantAttacks(_ call: Call) throws(Failure) -> Reply {
        var span: TimeSpan?
        if let text = call["within"] {
            guard let given = TimeSpan(text), given > .zero else {
                throw .attribute("within", "within should be a length of time such as 20s")
            }
            span = given
        }
        let before = world.truth.cases.count
        for kind in PlantedKind.attacks { world.plant(kind, at: now, within: span?.milliseconds) }
        world.planGroupChanges(at: now, users: 25)
        var text = JSONText()
        text.object { $0.field("planted", world.truth.cases.count - before) }
        return .json(text.bytes)
    }
}
