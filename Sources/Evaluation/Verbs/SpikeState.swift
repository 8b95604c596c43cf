import CEL
import RuleLanguage
import Timekeeping

/// `spike`: the count in the running calendar bucket against the buckets before it.
///
/// Buckets count from the first that lies wholly after the connection's first complete coverage; empty ones count 0.
final class SpikeState: VerbState {
    private struct Counted {
        /// Starts of buckets that are not empty, and their counts, rising; the last one is the running bucket.
        var buckets: [(start: Timestamp, count: Int64)] = []
        var activityIDs = EvidenceIDs()
        /// What the baseline says while the running bucket is the one of that start.
        var figures: (running: Timestamp, says: BucketFigures)?

        var heldBytes: Int {
            32 + buckets.capacity * MemoryLayout<(Timestamp, Int64)>.stride + activityIDs.heldBytes
        }

        /// Counts an activity of the running bucket, and forgets buckets before the baseline's first.
        mutating func count(_ id: String, _ running: Timestamp, oldest: Timestamp) {
            if let last = buckets.last, last.start == running {
                buckets[buckets.count - 1].count += 1
            } else {
                buckets.append((running, 1))
                activityIDs = EvidenceIDs()
            }
            activityIDs.append(id)
            if let first = buckets.first, first.start < oldest {
                buckets.removeAll { $0.start < oldest }
            }
        }

        /// The counts of buckets by their starts, newest first; empty ones are 0.
        func counts(_ starts: [Timestamp]) -> [Int64] {
            var place = buckets.count - 1
            return starts.map { start in
                while place >= 0, buckets[place].start > start { place -= 1 }
                return place >= 0 && buckets[place].start == start ? buckets[place].count : 0
            }
        }
    }

    /// The running bucket, and the complete ones of its baseline.
    private struct Baseline {
        let running: TimeWindow
        let begin: Timestamp
        /// Newest first.
        let starts: [Timestamp]
    }

    private let spike: Verb.Spike
    private let coverageStart: Timestamp?
    private let keys: KeyTable<Counted>
    /// That of the last activity, which most often is the next one's too.
    private var cached: Baseline?

    init(_ spike: Verb.Spike, _ limits: EngineLimits) {
        self.spike = spike
        coverageStart = limits.coverageStart
        keys = KeyTable(limit: limits.keys)
    }

    var evictedKeys: Int { keys.evictedCount }
    var liveKeys: Int { keys.count }
    var byteCount: Int { keys.byteCount }

    func observe(_ activity: Observed, _ unit: OrderedUnit, _ engine: ActivityEngine) {
        let frame = engine.frame
        let rule = unit.lead
        unit.matched += 1
        guard unit.readsKey(frame, turn: activity.turn) else { return }
        let baseline = baseline(of: activity.time, since: coverageStart ?? unit.firstSeen)
        let oldest = baseline.starts.last ?? baseline.running.start
        // What was counted before the baseline counts for nothing.
        while let quiet = keys.oldest, quiet.lastUsed < oldest { keys.removeOldest() }
        let place = keys.use(unit.keys.key, at: activity.time) { Counted() }.place
        keys[place].count(activity.id, baseline.running.start, oldest: oldest)
        keys.note(bytes: keys[place].heldBytes, of: place)
        guard baseline.starts.count >= spike.minimumBuckets else { return }
        frame.set(keys: unit.keys.slots, from: rule.firstKeyIndex)
        set(figures(place, baseline), current: keys[place].buckets.last?.count ?? 0, rule.bound.layout, frame)
        guard rule.holds(rule.body.alertIf, frame) else {
            rule.onMiss?(frame)
            return
        }
        engine.fire(rule, at: activity.time, activityIDs: keys[place].activityIDs.elements)
    }

    /// The bucket that holds a moment and those before it.
    private func baseline(of moment: Timestamp, since begin: Timestamp) -> Baseline {
        if let cached, cached.running.contains(moment), cached.begin == begin { return cached }
        let running = spike.zone.window(of: spike.bucket, holding: moment)
        let made = Baseline(running: running, begin: begin, starts: starts(before: running.start, since: begin))
        cached = made
        return made
    }

    /// The starts of the complete buckets of the baseline, newest first.
    private func starts(before running: Timestamp, since begin: Timestamp) -> [Timestamp] {
        var starts: [Timestamp] = []
        var edge = running
        let oldest = edge - spike.baseline
        while true {
            let bucket = spike.zone.window(of: spike.bucket, holding: edge - TimeSpan(seconds: 0, nanoseconds: 1))
            // Half a bucket of slack: days of 23 or 25 hours must not add or drop one.
            guard bucket.start >= begin, bucket.start + half >= oldest, bucket.start < edge else { return starts }
            starts.append(bucket.start)
            edge = bucket.start
        }
    }

    /// What the baseline of a key says, which stays the same while its running bucket does.
    private func figures(_ place: Int, _ baseline: Baseline) -> BucketFigures {
        if let known = keys[place].figures, known.running == baseline.running.start,
            known.says.count == baseline.starts.count
        {
            return known.says
        }
        let figures = BucketFigures(keys[place].counts(baseline.starts))
        keys[place].figures = (baseline.running.start, figures)
        return figures
    }

    private var half: TimeSpan { TimeSpan(seconds: spike.bucket.seconds / 2) }

    private func set(_ figures: BucketFigures, current: Int64, _ layout: FrameLayout, _ frame: RuleFrame) {
        let values: [(String, Double)] = [
            ("mean", figures.mean), ("stddev", figures.deviation), ("median", figures.median), ("mad", figures.mad),
            ("max", figures.max), ("p95", figures.p95),
        ]
        if let index = layout.index(of: "current") { frame.set(index, to: .int(current)) }
        if let index = layout.index(of: "buckets") { frame.set(index, to: .int(Int64(figures.count))) }
        for (name, value) in values {
            guard let index = layout.index(of: name) else { continue }
            let isInt = layout.variables[index].type == .int
            frame.set(index, to: isInt ? .int(Int64(value.rounded())) : .double(value))
        }
    }
}

extension SpikeState {
    func save(to writer: inout StateWriter, _ scratch: SavingScratch) throws(StateFault) {
        try keys.save(to: &writer) { counted, writer throws(StateFault) in
            try writer.write(each: counted.buckets) { bucket, writer in
                writer.write(bucket.start)
                writer.write(bucket.count)
            }
            try writer.write(each: counted.activityIDs.elements) { id, writer in writer.write(id) }
        }
    }

    func restore(from reader: inout StateReader, _ scratch: SavingScratch) throws(StateFault) {
        try keys.restore(from: &reader, bytes: \.heldBytes) { reader throws(StateFault) in
            let buckets = try reader.readEach { reader throws(StateFault) in
                let start = try reader.readMoment()
                return (start: start, count: try reader.read(Int64.self))
            }
            let ids = try reader.readEach { reader throws(StateFault) in try reader.readText() }
            return Counted(buckets: buckets, activityIDs: EvidenceIDs(ids))
        }
    }
}

/// What a baseline of bucket counts says.
struct BucketFigures {
    let count: Int
    let mean: Double
    /// The population's standard deviation.
    let deviation: Double
    let median: Double
    /// The median of the distances from the median.
    let mad: Double
    let max: Double
    /// The smallest count that at least 95 of 100 buckets do not exceed (nearest rank).
    let p95: Double

    init(_ counts: [Int64]) {
        let sorted = counts.map(Double.init).sorted()
        count = sorted.count
        let size = Double(Swift.max(1, sorted.count))
        let mean = sorted.reduce(0, +) / size
        self.mean = mean
        deviation = (sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / size).squareRoot()
        let median = Self.median(sorted)
        self.median = median
        mad = Self.median(sorted.map { abs($0 - median) }.sorted())
        max = sorted.last ?? 0
        let rank = (95 * sorted.count + 99) / 100
        p95 = rank > 0 ? sorted[rank - 1] : 0
    }

    private static func median(_ sorted: [Double]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
