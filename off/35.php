<?php
$x = Http::withoutVerifying()->get($url);
