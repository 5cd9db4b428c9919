<?php
$o = array('ssl' => array('verify_peer_name' => FALSE));
