print("zk")
