import CEL
import RuleLanguage

/// The groups of one rule over one directory, and what each aggregate has seen of them.
///
/// Of most groups there is one row, as when users are grouped by their address: of such a one only the samples of that
/// row are held, and accumulators are made when there is a second.
struct StateGroups {
    private let aggregates: [Aggregate]
    private var places: [GroupKey: Int32] = [:]
    /// The samples of each group's first row, one an aggregate, by the group's place.
    private var firsts: [Sample] = []
    /// What more than one row gave, by the group's place.
    private var others: [Int32: [Accumulator]] = [:]

    init(_ aggregates: [Aggregate]) { self.aggregates = aggregates }

    /// Takes in one row of a group.
    ///
    /// - Parameter sample: What it gives to each aggregate.
    mutating func add(_ key: GroupKey, _ sample: (Aggregate) -> Sample) {
        guard let place = places[key] else {
            places[key] = Int32(places.count)
            for aggregate in aggregates { firsts.append(sample(aggregate)) }
            return
        }
        if others[place] == nil { others[place] = accumulators(of: place) }
        for (number, aggregate) in aggregates.enumerated() { others[place]?[number].add(sample(aggregate)) }
    }

    /// Takes in a group of which there is no row.
    mutating func addEmpty(_ key: GroupKey) { add(key) { _ in .absent } }

    /// Tells each group and what its aggregates say, in no particular order.
    func forEach(_ body: (GroupKey, [Accumulator]) -> Void) {
        for (key, place) in places { body(key, others[place] ?? accumulators(of: place)) }
    }

    /// Accumulators that have seen the first row.
    private func accumulators(of place: Int32) -> [Accumulator] {
        aggregates.enumerated().map { number, aggregate in
            var accumulator = Accumulator(aggregate)
            accumulator.add(firsts[Int(place) * aggregates.count + number])
            return accumulator
        }
    }
}
