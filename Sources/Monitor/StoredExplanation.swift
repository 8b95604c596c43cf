import Alerting
import Directory
public import Evaluation
import RuleLanguage
public import Store
import Timekeeping

extension Explaining {
    /// Explains over what the store holds of a connection: its activities, the directory as it was at the moment, the
    /// alerts that were raised, and since when the rule is active.
    public func explain(
        _ request: Request, over store: SQLiteStore, connection: String
    ) async throws -> RuleExplanation {
        let bound = try binding(request, connection: connection)
        let stored = StoredExplanation(
            store: store, connection: connection, bound: bound, request: request,
            superUsers: try await superUsers.reading(store, connection: connection))
        var explanation =
            if bound.isState {
                try await stored.explainState()
            } else {
                try await stored.explainActivities(of: book, missing: missing)
            }
        let alert = try await stored.alert()
        var silences: [Silence] = []
        if let alert { silences = try await store.silences(ofAlert: alert.id) }
        explanation.alert = RuleExplanation.StoredAlert(alert, silences: silences)
        return explanation
    }
}

/// One explanation over a store.
private struct StoredExplanation {
    let store: SQLiteStore
    let connection: String
    let bound: BoundRule
    let request: Explaining.Request
    let superUsers: [SuperUserResolver]

    // MARK: States

    /// Judges the copy of the directory that was current at the moment, and those before it that `hold` asks about.
    func explainState() async throws -> RuleExplanation {
        var circumstances = ExplanationCircumstances()
        var generations = try await store.generations(connection: connection, from: request.at, to: request.at)
        if generations.isEmpty {
            let later = try await store.generations(connection: connection, from: request.at, to: .latest)
            guard let first = later.first else { throw Explaining.Refusal.noDirectory }
            generations = [first]
            circumstances.notes.append("there is no copy of the directory from then: this is the first one")
        } else if let last = generations.last, bound.hold > .zero {
            generations = try await store.generations(
                connection: connection, from: last.observedAt - bound.hold, to: last.observedAt)
        }
        var explanation: RuleExplanation?
        try await DirectoryReplay(store: store, connection: connection).each(generations) { snapshot in
            var now = circumstances
            let moment = snapshot.observedAt
            now.notes.append("the copy of the directory is of \(moment.rfc3339)")
            if bound.hold > .zero { now.foundSince = circumstances.foundSince ?? moment }
            let explainer = StateExplainer(
                bound, connection: connection, key: request.key, at: request.at, judgedAt: moment,
                circumstances: now)
            explanation = explainer?.explain(DirectoryIndex(snapshot, superUsers: superUsers))
            let isFound = explanation.map { !$0.firings.isEmpty } ?? false
            circumstances.foundSince = isFound ? now.foundSince : nil
        }
        guard let explanation else { throw Explaining.Refusal.noDirectory }
        return explanation
    }

    // MARK: Activities

    func explainActivities(of book: RuleBook, missing: Set<ActivityField>) async throws -> RuleExplanation {
        let timeline = DirectoryTimeline(
            try await store.versions(connection: connection), superUsers: superUsers)
        guard
            let explainer = ActivityExplainer(
                bound, of: book, connection: connection, history: timeline, key: request.key, at: request.at,
                circumstances: try await circumstances())
        else { throw Explaining.Refusal.notBound(request.rule) }
        var position: Int64 = 0
        while true {
            let next = try await store.activities(
                connection: connection, after: position, limit: ConnectionWatch.chunk)
            guard let last = next.positions.last else { return explainer.finish() }
            next.batch.markUnknown(missing)
            explainer.take(next.batch)
            position = last
        }
    }

    /// Since when the rule is active, and what of the activities it looks back on is missing.
    private func circumstances() async throws -> ExplanationCircumstances {
        var circumstances = ExplanationCircumstances()
        guard let cursor = try await store.cursor(connection: connection, source: .api) else {
            circumstances.missing.append("nothing was fetched from the connection yet")
            return circumstances
        }
        // As the monitor does: what it was told beside the activities decides too.
        circumstances.coverageStart = cursor.firstSyncStarted
        circumstances.comparesFeeds = try await store.cursor(connection: connection, source: .webhook) != nil
        let progress = try await store.progress(connection: connection)
        circumstances.endedSearches = progress?.endedSearches ?? []
        let binding = RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
        let version = BindingVersion(binding: binding, digest: bound.digest)
        if let active = try await store.activation(of: version) {
            circumstances.activeFrom = active
        } else {
            circumstances.activeFrom = max(progress?.watermark ?? .earliest, cursor.firstSyncStarted)
            circumstances.notes.append("the monitor has not run the rule in this form yet")
        }
        let start = request.at - (bound.lookBack ?? .hours(1))
        for gap in try await store.gaps(connection: connection, limit: 1000).reversed() where gap.from <= request.at {
            guard let until = gap.until else {
                circumstances.missing.append("no activities since \(gap.from.rfc3339) (\(gap.reason))")
                continue
            }
            guard until >= start else { continue }
            circumstances.notes.append(
                "the activities from \(gap.from.rfc3339) to \(until.rfc3339) came late (\(gap.reason))")
        }
        if cursor.completeUntil < request.at {
            circumstances.notes.append(
                "activities are complete until \(cursor.completeUntil.rfc3339); what is later may change this")
        }
        return circumstances
    }

    // MARK: The alert

    /// The stored alert of the key whose time the moment is in; the latest where there are several.
    func alert() async throws -> Alert? {
        let query = AlertQuery(connection: connection, rule: bound.rule.id, policy: bound.policy, limit: .max)
        return try await store.alerts(query).filter { alert in
            let end = alert.episodeEnd ?? alert.resolvedAt ?? .latest
            return RuleExplanation.keyTexts(of: alert.dedupKey.key) == request.key
                && alert.firstSeenAt <= request.at && request.at <= end
        }.max { $0.firstSeenAt < $1.firstSeenAt }
    }
}

extension BoundRule {
    /// How far the rule's verb looks back; nil for a rule without one.
    fileprivate var lookBack: TimeSpan? {
        guard case .activity(let body) = body else { return nil }
        switch body.verb {
        case nil: return nil
        case .threshold(let verb)?:
            switch verb.window {
            case .sliding(let length), .tumbling(let length, _): return length
            case .session(let gap): return gap
            }
        case .sequence(let verb)?: return verb.within
        case .previous(let verb)?: return verb.within
        case .spike(let verb)?: return verb.baseline
        case .flatline(let verb)?: return verb.within
        }
    }
}
