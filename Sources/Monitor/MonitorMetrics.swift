import Alerting
import Delivery
import Directory
import Sync
import Timekeeping
public import Web

/// The numbers of `/metrics` and the answer of `/-/ready`, kept up to date turn by turn.
public actor MonitorMetrics {
    private let names: [String]
    private var states: [String: ConnectionState] = [:]
    private var activities: [String: Int] = [:]
    private var unreadable: [String: Int] = [:]
    private var late: [String: Int] = [:]
    private var tooLate: [String: Int] = [:]
    private var echoes: [String: Int] = [:]
    private var twins: [String: Int] = [:]
    private var transitions: [String: Int] = [:]
    private var liveKeys: [String: Int] = [:]
    private var stateBytes: [String: Int] = [:]
    private var errors: [String: [RuleBinding: Int]] = [:]
    private var excepted: [String: [RuleBinding: Int]] = [:]
    private var unknownTypes: [String: [UnknownEventType]] = [:]
    private var unknownFields: [String: [UnknownField]] = [:]
    /// Unknown types of a connection that have a line of their own.
    private static let typeLimit = 50
    private var turns = 0
    private var delivered = 0

    /// - Parameter connections: The names of all connections, also of those that have not answered yet.
    public init(connections: [String]) { names = connections }

    /// Takes a turn in.
    public func note(_ report: Cycle.Report) {
        turns += report.connections.count
        delivered += report.delivery.delivered
        for connection in report.connections {
            states[connection.name] = connection.sync.state
            activities[connection.name, default: 0] += connection.sync.newActivities
            unreadable[connection.name, default: 0] += connection.sync.unreadable
            late[connection.name, default: 0] += connection.sync.late
            tooLate[connection.name, default: 0] += connection.sync.tooLate
            echoes[connection.name, default: 0] += connection.evaluation.echoes
            twins[connection.name, default: 0] += connection.evaluation.twins
            if !connection.sync.unknownEventTypes.isEmpty {
                unknownTypes[connection.name] = connection.sync.unknownEventTypes
            }
            if !connection.sync.unknownFields.isEmpty {
                unknownFields[connection.name] = connection.sync.unknownFields
            }
            transitions[connection.name, default: 0] += connection.evaluation.transitions.count
            liveKeys[connection.name] = connection.evaluation.liveKeys
            stateBytes[connection.name] = connection.evaluation.stateBytes
            errors[connection.name] = connection.evaluation.errors
            excepted[connection.name] = connection.evaluation.excepted
        }
    }

    /// Takes in what a webhook brought.
    func note(_ done: CommittedActivities, connection: String) {
        late[connection, default: 0] += done.late
        tooLate[connection, default: 0] += done.tooLate
    }

    /// Ready when every connection has a complete copy of its directory, and none waits for a person.
    public var readiness: Readiness {
        Readiness(
            missing: names.compactMap { name in
                guard let state = states[name] else { return "\(name): no turn yet" }
                switch state.word {
                case .connected, .degraded: return state.lastCompleteSync == nil ? "\(name): first sync" : nil
                case .connecting, .initialSync: return "\(name): first sync"
                case .failed: return "\(name): \(state.reason ?? "failed")"
                }
            })
    }

    /// Everything that is counted.
    public var families: [MetricFamily] {
        [
            family("tocsin_connection_up", .gauge, "1 while the connection's status is connected.") {
                $0.word == .connected ? 1 : 0
            },
            family(
                "tocsin_sync_last_complete_timestamp_seconds", .gauge, "When the directory was last copied in full."
            ) { $0.lastCompleteSync.map { Double($0.seconds) } },
            family("tocsin_events_complete_timestamp_seconds", .gauge, "Every activity before it is here.") {
                $0.eventsCompleteUntil.map { Double($0.seconds) }
            },
            family("tocsin_api_calls_remaining", .gauge, "Calls of the account that are left this hour.") {
                $0.budget.map { Double($0.remaining) }
            },
            family("tocsin_clock_skew_seconds", .gauge, "How far OneLogin's clock is ahead of ours.") {
                $0.clockSkewSeconds.map { Double($0) }
            },
            counter("tocsin_activities_total", "Activities that were fetched and new.", activities),
            counter("tocsin_unreadable_records_total", "Records that went to quarantine.", unreadable),
            counter("tocsin_late_activities_total", "New activities that came too late for windows.", late),
            counter(
                "tocsin_too_late_activities_total", "Activities that came more than 24 h late, to quarantine.",
                tooLate),
            counter(
                "tocsin_echoed_activities_total", "Activities that repeat an act under another type number.", echoes),
            counter("tocsin_twin_activities_total", "Activities that the other feed told of before.", twins),
            MetricFamily(
                "tocsin_unknown_events_total", .counter, help: "Activities of types that are not known here.",
                samples: unknownTypes.flatMap { connection, types in
                    types.prefix(Self.typeLimit).map { type in
                        .init(
                            Double(type.count),
                            labels: [.init("connection", connection), .init("type", String(type.typeID))])
                    }
                }),
            MetricFamily(
                "tocsin_unknown_fields_total", .counter, help: "Members of records that are not known here.",
                samples: unknownFields.flatMap { connection, fields in
                    Dictionary(grouping: fields, by: \.collection).sorted { $0.key < $1.key }.map { collection, some in
                        .init(
                            Double(some.reduce(0) { $0 + $1.count }),
                            labels: [.init("connection", connection), .init("collection", collection)])
                    }
                }),
            counter("tocsin_alert_transitions_total", "Steps in the lives of alerts.", transitions),
            counter(
                "tocsin_rule_errors_total", "Evaluations that had no value though the data was there.", errors),
            counter("tocsin_rule_excepted_total", "Findings that an exception of a policy held back.", excepted),
            counter("tocsin_rule_keys", "Keys that rules with memory remember.", liveKeys, .gauge),
            counter("tocsin_rule_state_bytes", "Bytes that the memory of rules takes.", stateBytes, .gauge),
            MetricFamily(
                "tocsin_turns_total", .counter, help: "Turns of the monitor, by each connection.",
                samples: [.init(Double(turns))]),
            MetricFamily(
                "tocsin_notices_delivered_total", .counter, help: "Notices that receivers took.",
                samples: [.init(Double(delivered))]),
        ]
    }

    private func family(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: (ConnectionState) -> Double?
    ) -> MetricFamily {
        MetricFamily(
            name, kind, help: help,
            samples: states.compactMap { entry in
                value(entry.value).map { .init($0, labels: [.init("connection", entry.key)]) }
            })
    }

    private func counter(
        _ name: String, _ help: String, _ counts: [String: [RuleBinding: Int]]
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, help: help,
            samples: counts.flatMap { connection, rules in
                rules.map { rule, count in
                    .init(
                        Double(count),
                        labels: [
                            .init("connection", connection), .init("policy", rule.policy), .init("rule", rule.rule),
                        ])
                }
            })
    }

    private func counter(
        _ name: String, _ help: String, _ counts: [String: Int], _ kind: MetricFamily.Kind = .counter
    ) -> MetricFamily {
        MetricFamily(
            name, kind, help: help,
            samples: counts.map { .init(Double($0.value), labels: [.init("connection", $0.key)]) })
    }
}
