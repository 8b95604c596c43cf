import Timekeeping

/// State by key, at most so many keys, the one that was quiet for longest leaving first.
///
/// Keys are kept in the order of their last use, so finding who is quiet since when costs nothing.
struct KeyTable<State> {
    private struct Node {
        let key: GroupKey
        var state: State
        var lastUsed: Timestamp
        var before: Int
        var after: Int
    }

    private var places: [GroupKey: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var oldestPlace = -1
    private var newestPlace = -1
    private let limit: Int
    /// How many keys had to leave because there was no room.
    private(set) var evictedCount = 0

    /// A table without keys.
    ///
    /// - Parameter limit: How many keys it holds, at least 1.
    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { places.count }

    /// The key whose last use is longest ago, and when that was.
    var oldest: (key: GroupKey, lastUsed: Timestamp)? {
        oldestPlace < 0 ? nil : nodes[oldestPlace].map { ($0.key, $0.lastUsed) }
    }

    /// The state of a key, if there is any; this is no use of it.
    func state(of key: GroupKey) -> State? { places[key].flatMap { nodes[$0]?.state } }

    /// Changes the state of a key, which is made when it is new, and notes the use.
    mutating func use<Result>(
        _ key: GroupKey, at moment: Timestamp, make: () -> State, _ change: (inout State) -> Result
    ) -> Result {
        let place: Int
        if let known = places[key] {
            place = known
            unlink(place)
        } else {
            if places.count >= limit {
                removeOldest()
                evictedCount += 1
            }
            place = room()
            nodes[place] = Node(key: key, state: make(), lastUsed: moment, before: -1, after: -1)
            places[key] = place
        }
        nodes[place]?.lastUsed = moment
        linkAsNewest(place)
        guard var node = nodes[place] else { preconditionFailure("a key that was just placed has a node") }
        nodes[place] = nil
        defer { nodes[place] = node }
        return change(&node.state)
    }

    /// Changes the state of a key that is there without noting a use.
    mutating func change(_ key: GroupKey, _ body: (inout State) -> Void) {
        guard let place = places[key], var node = nodes[place] else { return }
        nodes[place] = nil
        body(&node.state)
        nodes[place] = node
    }

    /// Forgets the key that was quiet for longest.
    mutating func removeOldest() {
        if let key = oldest?.key { remove(key) }
    }

    /// Forgets a key.
    mutating func remove(_ key: GroupKey) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        nodes[place] = nil
        free.append(place)
    }

    private mutating func room() -> Int {
        if let place = free.popLast() { return place }
        nodes.append(nil)
        return nodes.count - 1
    }

    private mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if node.before >= 0 { nodes[node.before]?.after = node.after } else { oldestPlace = node.after }
        if node.after >= 0 { nodes[node.after]?.before = node.before } else { newestPlace = node.before }
    }

    private mutating func linkAsNewest(_ place: Int) {
        nodes[place]?.before = newestPlace
        nodes[place]?.after = -1
        if newestPlace >= 0 { nodes[newestPlace]?.after = place } else { oldestPlace = place }
        newestPlace = place
    }
}
