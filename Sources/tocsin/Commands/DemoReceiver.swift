import Alerting
import Delivery
import Synchronization
import Timekeeping

/// Shows what is worth a look in a demonstration, and counts the rest.
final class DemoReceiver: Receiver {
    let name = "stdout"
    private let line: StdoutReceiver
    private let counts = Mutex<[Severity: Int]>([:])

    init(isColoured: Bool) {
        line = StdoutReceiver(format: .text(isColoured: isColoured)) { Terminal.writeRaw("  " + $0) }
    }

    func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome {
        let severity = notice.transition.alert.severity
        guard notice.transition.kind == .opened else { return .delivered(status: nil) }
        guard severity >= .high else {
            counts.withLock { $0[severity, default: 0] += 1 }
            return .delivered(status: nil)
        }
        return await line.deliver(notice, at: moment)
    }

    /// How many alerts were only counted: "12 medium, 30 low".
    var counted: String {
        counts.withLock { $0 }.sorted { $0.key > $1.key }.map { "\($1) \($0.rawValue)" }.joined(separator: ", ")
    }
}
